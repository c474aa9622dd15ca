"""Workers asked to stop, one after the other, and replaced, under load."""

import os
import signal

from faults.rig import WORKERS, Rig


def test_a_rolling_restart_under_load(rig: Rig) -> None:
    def roll(rig: Rig) -> int:
        for name in WORKERS:
            before = rig.desk.pids()[name]
            os.kill(before, signal.SIGTERM)
            rig.wait(lambda name=name, before=before: rig.desk.pids()[name] != before, f"{name} is replaced")
        return 0

    assert rig.under("rolling restart, SIGTERM", roll)["lost"] == 0
