"""What processes cost, read from /proc (Linux): processor time, and memory of their own or shared."""

import os
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")


def descendants(parent: int) -> list[int]:
    """The processes under this one, parents before their children."""
    under: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (found := _stat(int(entry.name))):
            under.setdefault(int(found[1]), []).append(int(entry.name))
    wanted, seen = [parent], []
    while wanted:
        children = sorted(under.get(wanted.pop(), []))
        seen += children
        wanted += children
    return seen


def cpu_seconds(parent: int) -> float:
    """Processor time of all processes under this one, those that have ended included."""
    ticks = sum(int(n) for pid in descendants(parent) for n in (_stat(pid) or ())[11:15])
    ticks += sum(int(n) for n in (_stat(parent) or ())[13:15])  # its own children's that it has waited for
    return ticks / os.sysconf("SC_CLK_TCK")


def tree_cpu_seconds(pids: Iterable[int]) -> float:
    """Processor time of these processes and of all under them."""
    return sum(own_cpu_seconds(pid) + cpu_seconds(pid) for pid in pids)


def own_cpu_seconds(pid: int) -> float:
    """Processor time of this process alone, without its children."""
    fields = _stat(pid)
    return sum(int(n) for n in fields[11:13]) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def memory_mb(pid: int) -> dict[str, float]:
    """Resident size; PSS, in which a page shared by n processes counts 1/n; and what is this process's alone."""
    sizes: dict[str, int] = {}
    for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:]:
        name, value = line.split(":")
        sizes[name] = int(value.split()[0])
    own = sizes["Private_Clean"] + sizes["Private_Dirty"]
    return {name: round(kb / 1024, 1) for name, kb in (("rss", sizes["Rss"]), ("pss", sizes["Pss"]), ("own", own))}


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the third on (state, parent, ...); None when it has ended."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
