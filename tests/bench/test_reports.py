"""A benchmark prints one JSON object of the agreed shape, also without the data sets: on our own samples then."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FEW = {
    "overhead": ["--articles", "24", "--rounds", "1"],
    "latency": ["--articles", "4"],
    "scale": ["--articles", "6", "--rounds", "1"],
}


@pytest.mark.parametrize("name", FEW)
def test_a_benchmark_prints_its_bars_its_baseline_and_ours(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", f"bench.{name}", *FEW[name], "--data", str(tmp_path / "nothing")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=170)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert report["bench"] == name
    assert {"bars", "baseline", "ours", "cores", "processor", "versions", "seconds"} <= report.keys()
    assert report["bars"]
    for bar in report["bars"]:
        assert bar.keys() == {"what", "goal", "got", "met"}
        assert bar["got"] > 0
