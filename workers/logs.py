"""The log files of supervised children: bounded, readable at the end, and followed line by line."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

LIMIT = 10 * 2**20  # bytes; two files of this size a child, the current one and the one before


def rotate(log: Path, limit: int = LIMIT) -> None:
    """Move what is in `log` to `log.1` once it exceeds `limit` bytes.

    The file is copied and emptied, not renamed: a running child keeps writing to the file it
    has open. A few lines written between the two steps can be lost.
    """
    if log.exists() and log.stat().st_size > limit:
        shutil.copyfile(log, log.with_name(log.name + ".1"))
        os.truncate(log, 0)


def last_lines(log: Path, count: int = 12, start: int = 0) -> list[str]:
    """The last lines written to `log` after byte `start`; none when there is no such file."""
    if not log.exists():
        return []
    with log.open("rb") as file:
        file.seek(max(start, log.stat().st_size - 500 * count))
        return file.read().decode(errors="replace").splitlines()[-count:]


class Follower:
    """The complete lines added to a log file since the last look, starting at its present end."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._at = log.stat().st_size if log.exists() else 0

    def lines(self) -> Iterator[str]:
        size = self._log.stat().st_size if self._log.exists() else 0
        if size < self._at:  # rotated
            self._at = 0
        if size == self._at:
            return
        with self._log.open("rb") as file:
            file.seek(self._at)
            whole, newline, _ = file.read(size - self._at).rpartition(b"\n")
        self._at += len(whole) + len(newline)
        if newline:
            yield from whole.decode(errors="replace").split("\n")
