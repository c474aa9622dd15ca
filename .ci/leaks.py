"""Whether a secret is about to be committed. Call: leaks.py check|write [FILE...]; without files, all that git has.

`check` exits with 1 for what .secrets.baseline does not have, and says where it stands, never what it is. `write` takes
what there is now for harmless: examples in tests, seen by someone. Needs no network.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from detect_secrets import SecretsCollection
from detect_secrets.core import baseline
from detect_secrets.settings import transient_settings

BASELINE = Path(".secrets.baseline")  # its settings leave out lock files, weights and samples


def found_in(files: Sequence[str], known: dict[str, object]) -> SecretsCollection:
    """What looks like a secret, by the plugins and filters of the baseline; nothing is asked of any service."""
    with transient_settings(known):
        found = SecretsCollection()
        found.scan_files(*files, num_processors=1)
    return found


def tracked() -> list[str]:
    """The files that git has, or is about to have."""
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and Path(name).is_file()]


def main(what: str, files: Sequence[str]) -> int:
    known = json.loads(BASELINE.read_text())
    found = found_in(files or tracked(), known)
    if what == "write":
        with transient_settings(known):
            baseline.save_to_file(found, str(BASELINE))
        return 0
    new = [secret for _, secret in found - baseline.load(known)]
    for secret in new:
        sys.stderr.write(f"{secret.filename}:{secret.line_number}: {secret.type}\n")
    if new:
        sys.stderr.write("Take the secrets out and change them, or run `.ci/leaks.py write` if they are harmless.\n")
    else:
        sys.stdout.write("No secret is about to be committed\n")
    return int(bool(new))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
