"""Processes and what they hold are seen from outside."""

import os
import subprocess
import sys

import pytest

from bench.processes import cpu_seconds, descendants, memory_mb

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
WORK = "sum(range(3_000_000)); print('done', flush=True); input()"


def test_a_child_is_seen_with_its_time_and_its_memory() -> None:
    before = cpu_seconds(os.getpid())
    with subprocess.Popen([sys.executable, "-c", WORK], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert child.pid in descendants(os.getpid())
        spent = cpu_seconds(os.getpid())
        assert spent > before
        held = memory_mb(child.pid)
        assert held["rss"] >= held["pss"] >= held["own"] > 1
        child.communicate(b"\n")
    assert child.pid not in descendants(os.getpid())
    assert cpu_seconds(os.getpid()) >= spent  # what has ended has cost, too
