"""The processor time of processes and all that they started, from /proc (Linux)."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def seconds(pids: Iterable[int]) -> float:
    """User and system time so far, with that of children alive and children gone."""
    return sum(_ticks(pid) for root in pids for pid in _tree(root)) / _TICKS


def _tree(pid: int) -> list[int]:
    children = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            children += [int(word) for word in (task / "children").read_text().split()]
    return [pid, *(below for child in children for below in _tree(child))]


def _ticks(pid: int) -> int:
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15]))  # utime, stime, and those of children that were waited for
    return 0
