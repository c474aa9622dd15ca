"""Workers whose clocks are wrong: only the clock of the database counts."""

import signal

import pytest
from faults.rig import ARTICLES, Rig

from workers.desk import Desk

SKEWS = (3600, -3600) if ARTICLES >= 500 else (3600,)  # seconds; with what goes ahead no sweep was made once


@pytest.mark.parametrize("seconds", SKEWS)
def test_workers_with_an_hour_of_skew(rig: Rig, seconds: int) -> None:
    def replace(rig: Rig) -> int:
        return sum(rig.signal(name, signal.SIGKILL) for name in ("nlp1", "ingest"))

    with Desk([], rig.folder / "logs", on_event=lambda _n, _w: None) as skewed:
        for name in ("ingest7", "nlp7"):
            skewed.add(rig.worker(name, "skewed", SKEW=str(seconds)))
        rig.wait_for_workers(("ingest7", "nlp7"))
        rig.under(f"workers with a clock {seconds:+} s, others killed", replace)
        tried = rig.ask("select distinct split_part(worker, '@', 1) from stages")
    assert ("nlp7",) in tried and ("ingest7",) in tried
