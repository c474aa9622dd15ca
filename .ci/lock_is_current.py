"""Fail when a lock file no longer follows from pyproject.toml. Call: lock_is_current.py COMPILE-COMMAND..."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

LOCKS = {"requirements.lock": [], "requirements-test.lock": ["--extra", "test"]}


def renewed(lock: str, extras: list[str], folder: str) -> str:
    """The lock as it would be written now; the pins of the present one are kept where they still fit."""
    output = Path(folder) / lock
    shutil.copy(lock, output)
    subprocess.run([*sys.argv[1:], *extras, "--output-file", str(output)], check=True)
    return output.read_text()


with tempfile.TemporaryDirectory() as folder:
    stale = [lock for lock, extras in LOCKS.items() if renewed(lock, extras, folder) != Path(lock).read_text()]
if stale:
    sys.exit(f"{', '.join(stale)} does not follow from pyproject.toml: run `make lock` and commit the result")
sys.stdout.write("Lock files are current\n")
