"""The workers of `copydesk up`: a backfill has its own, which runs on what the others leave."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from stories import story
from waiting import wait_until

from bench.processes import descendants, memory_mb
from cli.desk import workers
from models.session import session
from models.stage import Lane, StageRow
from nlp.formats import Document
from tasks.receive import receive
from workers.app import app
from workers.desk import Desk

LOADED = 40.0  # MB of its own that a child has once its engines are loaded, and not before


@pytest.fixture
def lanes(desk: Path, setting: Callable[..., None]) -> Iterator[Desk]:
    setting(nlp_processes=1)
    whole = workers()
    with Desk(whole, desk / "logs", on_event=lambda _name, _what: None) as running:
        wait_until(lambda: len(app.control.ping(timeout=0.5)) == len(whole), "all workers answer", seconds=120)
        yield running


def _who_did(article_id: int) -> set[str]:
    """The kinds of worker that did its stages."""
    with session() as db:
        names = db.scalars(select(StageRow.worker).where(StageRow.article_id == article_id))
        return {str(name).partition("@")[0] for name in names}


def _own(pid: int) -> float:
    return memory_mb(pid)["own"]


def test_a_backfill_has_its_own_worker_which_loads_nothing_until_it_has_an_article(
    lanes: Desk, ended: Callable[[int], bool]
) -> None:
    [idle] = descendants(lanes.pids()["backfill"])
    before = _own(idle)
    live = receive([Document("text", story(1))])[0].article_id
    wait_until(lambda: ended(1), "the live article is done", seconds=60)
    assert _who_did(live) == {"ingest", "nlp"}
    assert _own(idle) - before < LOADED
    old = receive([Document("text", story(2))], Lane.BACKFILL)[0].article_id
    wait_until(lambda: ended(2), "the backfill is done", seconds=150)
    assert _who_did(old) == {"backfill"}
    assert _own(idle) - before > LOADED


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has this class")
def test_children_of_a_backfill_run_while_nobody_else_wants_the_core_and_no_others_do(lanes: Desk) -> None:
    behind = {name: {os.sched_getscheduler(child) for child in descendants(pid)} for name, pid in lanes.pids().items()}
    assert behind.pop("backfill") == {os.SCHED_IDLE}
    assert set().union(*behind.values()) == {os.SCHED_OTHER}
    assert os.sched_getscheduler(lanes.pids()["backfill"]) == os.SCHED_OTHER  # its sign of life must not wait
