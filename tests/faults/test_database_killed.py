"""The database killed and started again, away for a while, and out of disk."""

import os
import time
from pathlib import Path

import psycopg
import pytest
from faults.rig import Rig
from waiting import wait_until

AWAY = float(os.environ.get("FAULT_AWAY", "4"))  # seconds


def _kill(rig: Rig, away: float = 0.0) -> int:
    rig.kill_service(rig.postgres)
    time.sleep(away)  # so long it is away; nothing is waited for
    rig.postgres.start()
    return 1


def test_a_database_killed_and_started_again(rig: Rig) -> None:
    rig.under("database, kill -9", _kill)


def test_a_database_that_is_away_for_a_while(rig: Rig) -> None:
    rig.under(f"database away for {AWAY:.0f} s", lambda rig: _kill(rig, AWAY))


def test_a_database_whose_disk_is_full_for_a_while(rig: Rig, small_disk: tuple[Path, bool]) -> None:
    if not small_disk[1]:
        pytest.skip("a small disk takes root and the right to mount one")

    def fill(rig: Rig) -> int:
        filler = small_disk[0] / "filler"
        with filler.open("wb") as file:
            free = os.statvfs(small_disk[0])
            os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_frsize - 2**20)
        try:
            _until_refused(rig)
            wait_until(lambda: rig.told("No space left on device"), "a worker, or the database, is told so")
            time.sleep(AWAY)  # so long there is no room; nothing is waited for
        finally:
            filler.unlink()
        if not rig.postgres.is_ready():  # out of room for its log of changes it stops, rather than forget
            rig.postgres.stop()
            rig.postgres.start()
            return 1
        return 0

    rig.under("disk of the database full", fill, early=True)


def _until_refused(rig: Rig) -> None:
    """Write until the database cannot."""
    with pytest.raises(psycopg.Error):
        for _ in range(2000):
            rig.ask(
                "create table if not exists filling (x text); insert into filling "
                "select repeat(md5(n::text), 30) from generate_series(1, 2000) n"
            )


@pytest.fixture(autouse=True)
def _unfilled(rig: Rig) -> None:
    rig.ask("drop table if exists filling")
