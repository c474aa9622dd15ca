"""A second `copydesk up` on a data folder in use."""

import os
import subprocess
import sys
from pathlib import Path

from faults.rig import Rig

from workers.embedded import DeskLock

ROOT = Path(__file__).parents[2]


def test_the_second_desk_of_a_folder_is_refused_in_one_clear_line_and_disturbs_nothing(rig: Rig) -> None:
    with DeskLock(rig.folder):  # as the first `copydesk up` holds it
        environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        command = [sys.executable, "-m", "cli.main", "up"]
        second = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert second.returncode == 2
    [line] = second.stderr.splitlines()
    assert f"in use by process {os.getpid()}" in line and "choose another data folder" in line
    rig.wait_for_workers()
