"""A backfill that waits for others is not stuck; one that nobody takes is."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, update

from models.session import session
from models.stage import RESULTS, Lane, Stage, StageRow, State
from nlp.formats import Document
from tasks.moving import explain, find_stuck
from tasks.queue import enqueue, publish
from tasks.receive import receive
from workers.app import app
from workers.pressure import LOW


def _make_old() -> None:
    with session() as db:
        db.execute(update(StageRow).values(queued_at=func.now() - timedelta(hours=9)))


def test_ingest_that_waits_for_nlp_is_not_stuck(desk: Path, document: Callable[..., Document]) -> None:
    receive([document()], Lane.BACKFILL)
    _make_old()
    assert [stuck.kind for stuck in find_stuck()] == ["ingest"]
    publish((10**9 + n, Stage.SUMMARY, Lane.BACKFILL) for n in range(LOW))
    assert find_stuck() == []


def test_a_backfill_that_nobody_takes_is_stuck_though_live_articles_are_done(
    desk: Path, document: Callable[..., Document]
) -> None:
    old, live = (receive([document(lane)], lane)[0].article_id for lane in (Lane.BACKFILL, Lane.LIVE))
    with session() as db:
        for article_id, lane in ((old, Lane.BACKFILL), (live, Lane.LIVE)):
            enqueue(db, [article_id], RESULTS, lane)
        db.execute(update(StageRow).where(StageRow.name == Stage.INGEST).values(state=State.DONE))
    with app.connection_for_write() as connection:
        for queue in ("ingest", "ingest.backfill"):
            connection.default_channel.queue_purge(queue)
    _make_old()
    publish([(old, Stage.SUMMARY, Lane.BACKFILL), (live, Stage.SUMMARY, Lane.LIVE)])
    assert [(stuck.kind, stuck.lane) for stuck in find_stuck()] == [("nlp", Lane.LIVE)]  # the backfill waits behind it
    with session() as db:
        db.execute(update(StageRow).where(StageRow.article_id == live).values(state=State.DONE, finished_at=func.now()))
    with app.connection_for_write() as connection:
        connection.default_channel.queue_purge("nlp")
    [stuck] = find_stuck()
    assert (stuck.kind, stuck.lane) == ("nlp", Lane.BACKFILL)
    assert "`copydesk worker backfill`" in explain(stuck, [], False)
