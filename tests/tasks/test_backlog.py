"""Whether a lane takes more: counted at the broker, at most once a second, and when to come again."""

import pytest

from models.stage import Lane, Stage
from tasks import backlog
from tasks.backlog import admit
from tasks.errors import Busy
from tasks.queue import publish


@pytest.fixture
def lane(setting, monkeypatch):
    """A lane of which nothing is known yet, with a bound of 100; gives how to say what waits when."""
    setting(max_backlog=100)
    counted = backlog._Counted(Lane.LIVE)
    monkeypatch.setattr(backlog, "_LANES", {Lane.LIVE: counted, Lane.BACKFILL: backlog._Counted(Lane.BACKFILL)})

    def at(second, waiting):
        monkeypatch.setattr("tasks.backlog.time.monotonic", lambda: float(second))
        monkeypatch.setattr(backlog, "_waiting", lambda lane: waiting)

    return at


def refusal():
    with pytest.raises(Busy) as busy:
        admit(Lane.LIVE)
    return busy.value


def test_below_the_bound_all_comes_in(lane):
    lane(0, 99)
    admit(Lane.LIVE)


def test_at_the_bound_nothing_does_and_the_bound_is_named(lane):
    lane(0, 100)
    assert str(refusal()) == "100 messages wait in the live lane, and 100 are allowed (COPYDESK_MAX_BACKLOG)."


def test_without_a_bound_nobody_looks(lane, setting, monkeypatch):
    setting(max_backlog=0)
    lane(0, None)
    admit(Lane.LIVE)


def test_when_to_come_again_follows_from_how_fast_the_lane_shrinks(lane):
    lane(0, 170)
    assert refusal().seconds == backlog.UNKNOWN
    lane(10, 130)  # 4 a second, and 40 until a tenth is free
    assert refusal().seconds == 10


@pytest.mark.parametrize(("then", "seconds"), [(100, 2), (129.9, 300), (130, 30), (140, 30)])
def test_it_is_never_too_soon_nor_too_late(lane, then, seconds):
    lane(0, 130 if then != 100 else 5000)
    refusal()
    lane(10, then)
    assert refusal().seconds == seconds


def test_within_a_second_the_broker_is_not_asked_again(lane):
    lane(0, 100)
    refusal()
    lane(0.9, 0)
    refusal()
    lane(1, 0)
    admit(Lane.LIVE)


def test_each_lane_has_a_backlog_of_its_own_with_the_messages_of_all_its_queues(desk, lane, setting, monkeypatch):
    monkeypatch.undo()
    setting(max_backlog=30)
    monkeypatch.setattr(backlog, "_LANES", {lane: backlog._Counted(lane) for lane in Lane})
    waiting = [(n, stage, Lane.LIVE) for n in range(10) for stage in (Stage.INGEST, Stage.SUMMARY, Stage.ENTITIES)]
    publish(waiting)
    with pytest.raises(Busy, match="30 messages wait in the live lane"):
        admit(Lane.LIVE)
    admit(Lane.BACKFILL)


def test_a_broker_that_is_away_does_not_keep_articles_out(desk, setting, monkeypatch):
    from workers.app import app

    setting(max_backlog=1)
    monkeypatch.setattr(backlog, "_LANES", {lane: backlog._Counted(lane) for lane in Lane})
    away = app.connection_for_read(url="redis://127.0.0.1:1/0")
    monkeypatch.setattr(app, "connection_for_read", lambda **_: away)
    admit(Lane.LIVE)
