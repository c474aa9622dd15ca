"""Whether what is locked has a known vulnerability. Call: audit.py LOCK... [-- OPTION OF PIP-AUDIT...].

Exit status 1 when something has. Where the advisory service does not answer, nothing was audited: that is no failure,
or a machine without a way out could check nothing else either, but the last line says so.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

# What pip-audit says when the service cannot be reached, or does not answer as one.
AWAY = ("ConnectionError", "ServiceError", "Timeout", "Could not connect", "ConnectTimeout")


class CannotAudit(Exception):
    """pip-audit ended without a report."""


def report(lock: str, options: Sequence[str]) -> list[dict[str, Any]]:
    """What pip-audit says of each package; nothing when the service is away. Raises CannotAudit."""
    how = ("--progress-spinner=off", "--disable-pip", "--require-hashes", "--format=json", "--timeout=15")
    words = [sys.executable, "-m", "pip_audit", *how, "--requirement", lock, *options]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    try:
        return list(json.loads(done.stdout)["dependencies"])
    except ValueError:
        if any(sign in done.stderr for sign in AWAY):
            return []
        raise CannotAudit(f"{lock}: {done.stderr.strip()[-500:]}") from None


def main(locks: Sequence[str], options: Sequence[str]) -> int:
    found = [package for lock in locks for package in report(lock, options)]
    packages = {(package["name"], package.get("version")): package for package in found}
    audited = [package for package in packages.values() if "skip_reason" not in package]
    for package in audited:
        for flaw in package["vulns"]:
            mend = ", ".join(flaw["fix_versions"]) or "no version yet"
            sys.stderr.write(f"{package['name']} {package['version']}: {flaw['id']}, mended in {mend}\n")
    if not audited:
        why = f"it knows none of {len(packages)} packages" if packages else "it cannot be reached"
        sys.stdout.write(f"NOT AUDITED for known vulnerabilities: the advisory service does not answer here ({why})\n")
        return 0
    if unknown := {name for name, _ in packages} - {package["name"] for package in audited}:
        sys.stdout.write(f"NOT AUDITED, as the advisory service does not know them: {', '.join(sorted(unknown))}\n")
    flawed = sum(bool(package["vulns"]) for package in audited)
    sys.stdout.write(f"{len(audited)} packages audited, {flawed} with known vulnerabilities\n")
    return int(bool(flawed))


if __name__ == "__main__":
    words = sys.argv[1:]
    at = words.index("--") if "--" in words else len(words)
    try:
        sys.exit(main(words[:at], words[at + 1 :]))
    except CannotAudit as error:
        sys.exit(f"The audit did not run: {error}")
