"""What every benchmark prints: one JSON object, as the design has it."""

import json
import os
import time
from collections.abc import Mapping
from typing import Any

_STARTED = time.perf_counter()


def bar(what: str, goal: float, got: float, *, below: bool = False) -> dict[str, Any]:
    """One bar: met when `got` reaches `goal`, or with `below` stays under it."""
    return {"what": what, "goal": goal, "got": got, "met": got < goal if below else got >= goal}


def print_report(
    bench: str, bars: list[dict[str, Any]], *, baseline: Any, ours: Any, versions: Mapping[str, str], **more: Any
) -> None:
    """Print the JSON object; `seconds` counts from the import of this module."""
    report = {"bench": bench, "bars": bars, "baseline": baseline, "ours": ours, **more}
    report |= {"cores": os.cpu_count(), "versions": dict(versions), "seconds": round(time.perf_counter() - _STARTED, 1)}
    print(json.dumps(report, indent=2))
