"""Whether what is locked has a known vulnerability. Call: audit.py LOCK... [-- OPTION OF PIP-AUDIT...].

Exit status 1 when something has. Where the advisory service does not answer, nothing was audited: that is no failure,
or a machine without a way out could check nothing else either, but the last line says so.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any


def report(locks: Sequence[str], options: Sequence[str]) -> tuple[list[dict[str, Any]], str]:
    """What pip-audit says of each package, and why it says nothing when it does not."""
    words = [sys.executable, "-m", "pip_audit", "--progress-spinner=off", "--disable-pip", "--require-hashes"]
    for lock in locks:
        words += ["--requirement", lock]
    words += ["--format=json", "--timeout=15", *options]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout)["dependencies"], ""
    except ValueError:
        said = done.stderr.strip().splitlines()
        return [], said[-1] if said else f"pip-audit ended with status {done.returncode}"


def main(locks: Sequence[str], options: Sequence[str]) -> int:
    packages, fault = report(locks, options)
    audited = [package for package in packages if "skip_reason" not in package]
    for package in audited:
        for flaw in package["vulns"]:
            mend = ", ".join(flaw["fix_versions"]) or "no version yet"
            sys.stderr.write(f"{package['name']} {package['version']}: {flaw['id']}, mended in {mend}\n")
    if not audited:
        why = fault or f"it knows none of the {len(packages)} packages"
        sys.stdout.write(f"NOT AUDITED for known vulnerabilities: the advisory service did not answer as one ({why})\n")
        return 0
    if left_out := len(packages) - len(audited):
        sys.stdout.write(f"NOT AUDITED: {left_out} packages that the advisory service does not know\n")
    flawed = sum(bool(package["vulns"]) for package in audited)
    sys.stdout.write(f"{len(audited)} packages audited, {flawed} with known vulnerabilities\n")
    return int(bool(flawed))


if __name__ == "__main__":
    words = sys.argv[1:]
    at = words.index("--") if "--" in words else len(words)
    sys.exit(main(words[:at], words[at + 1 :]))
