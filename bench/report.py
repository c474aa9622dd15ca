"""What every benchmark prints: one JSON object, as the design has it."""

import json
import os
import platform
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_STARTED = time.perf_counter()
_CPU = Path("/proc/cpuinfo")


def bar(what: str, goal: float, got: float, *, below: bool = False) -> dict[str, Any]:
    """One bar: met when `got` reaches `goal`, or with `below` stays under it."""
    return {"what": what, "goal": goal, "got": got, "met": got < goal if below else got >= goal}


def print_report(
    bench: str, bars: list[dict[str, Any]], *, baseline: Any, ours: Any, versions: Mapping[str, str], **more: Any
) -> None:
    """Print the JSON object; `seconds` counts from the import of this module."""
    report = {"bench": bench, "bars": bars, "baseline": baseline, "ours": ours, **more}
    report |= {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "versions": dict(versions),
        "seconds": round(time.perf_counter() - _STARTED, 1),
    }
    print(json.dumps(report, indent=2))


def _processor() -> str:
    """Its name, and whether it multiplies bytes in one step (VNNI), by which the engines' speed differs twofold."""
    if not _CPU.exists():
        return platform.machine()
    facts = dict(line.split("\t: ", 1) for line in _CPU.read_text().splitlines() if "\t: " in line)
    facts = {name.strip(): value for name, value in facts.items()}
    vnni = "with" if {"avx512_vnni", "avx_vnni"} & set(facts.get("flags", "").split()) else "without"
    family = f"family {facts.get('cpu family')} model {facts.get('model')}"
    return f"{facts.get('model name', platform.machine())}, {family}, {vnni} VNNI"
