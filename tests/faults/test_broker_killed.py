"""The broker killed, with and without what it had kept, and away for a while."""

import os
import time

from faults.rig import Rig

AWAY = float(os.environ.get("FAULT_AWAY", "4"))  # seconds


def _kill(rig: Rig, *, forget: bool = False, away: float = 0.0) -> int:
    rig.kill_service(rig.valkey)
    if forget:
        rig.forget_queue()
    time.sleep(away)  # so long it is away; nothing is waited for
    rig.valkey.start()
    return 1


def test_a_broker_killed_that_comes_back_with_its_data(rig: Rig) -> None:
    rig.under("broker, kill -9", _kill)


def test_a_broker_killed_that_has_lost_all_its_data(rig: Rig) -> None:
    found = rig.under("broker, kill -9, data gone", lambda rig: _kill(rig, forget=True))
    assert found["lost"] == 0


def test_a_broker_that_is_away_for_a_while(rig: Rig) -> None:
    look = min(AWAY, 30)  # Celery looks again after 2, 4, 6 and so on up to 30 s
    rig.under(f"broker away for {AWAY:.0f} s", lambda rig: _kill(rig, away=AWAY), patience=look)
