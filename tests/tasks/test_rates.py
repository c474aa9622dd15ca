"""Rates and the work of a stage, measured on what was done."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from models.session import session
from models.stage import Stage
from tasks.rates import history, rates, work


def _done(stage: str, *times: tuple[float, float]) -> None:
    """An article each, its stage begun and done so many seconds ago."""
    row = text(
        "with a as (insert into articles (key) values (gen_random_uuid()) returning id) "
        "insert into stages (article_id, name, state, started_at, finished_at) select id, :name, 'done', "
        "now() - make_interval(secs => :began), now() - make_interval(secs => :ended) from a"
    )
    with session() as db:
        for began, ended in times:
            db.execute(row, {"name": stage, "began": began, "ended": ended})


def test_a_rate_counts_what_was_done_within_the_window(desk: Path) -> None:
    _done("summary", *[(11.0, 10.0)] * 30, (301.0, 300.5))
    _done("ingest", (400.0, 399.0))
    with session() as db:
        assert rates(db) == {"summary": pytest.approx(30 / 300)}
        assert rates(db, timedelta(minutes=10))["ingest"] == pytest.approx(1 / 600)


def test_the_history_of_a_stage_ends_with_now(desk: Path) -> None:
    _done("summary", *[(2.0, 1.0)] * 4, (50.0, 49.0), (70.0, 61.0))
    with session() as db:
        bars = history(db, timedelta(seconds=60), bars=6)["summary"]
    assert bars == pytest.approx([0, 0.1, 0, 0, 0, 0.4], abs=1e-6)


def test_the_time_of_a_message_is_counted_once_for_all_its_articles(desk: Path) -> None:
    _done("entities", *[(100.0, 96.0)] * 8)
    with session() as db:
        measured = work(db, Stage.ENTITIES)
        assert work(db, Stage.SUMMARY) is None
    assert measured is not None
    assert measured.seconds == pytest.approx(0.5)
    assert measured.at_once == pytest.approx(1)


def test_workers_at_it_at_the_same_time_are_seen_and_idle_times_are_not_counted(desk: Path) -> None:
    _done("entities", (900.0, 890.0), (100.0, 90.0), (100.5, 90.0), (101.0, 91.0))
    with session() as db:
        measured = work(db, Stage.ENTITIES)
    assert measured is not None
    assert measured.seconds == pytest.approx(40.5 / 4)
    assert measured.at_once == pytest.approx(40.5 / 21)
