"""The sweep: each minute, what should be done and is not is queued again. The database is the truth."""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text, update
from sqlalchemy.orm import Session

from config.settings import settings
from models.session import session
from models.stage import Lane, Stage, StageRow, State
from tasks.moving import note_sweep
from tasks.queue import TOGETHER, first_waiting, publish, queue_of, stage_of
from workers.app import app
from workers.life import dead, life_seconds, put_back

log = logging.getLogger(__name__)

LOCK = 0xC0B7DE5C  # advisory lock: one sweep at a time, whichever worker gets it
LAST = 300  # rows that may have been queued and not sent when a desk was killed
MOST = 5000  # rows a sweep and queue; the next sweep takes the rest
GRACE = timedelta(seconds=60)  # a running stage is given this long beyond its time limit


@app.task(name="desk.sweep")
def sweep() -> None:
    """Queue again the stages whose message or whose worker was lost."""
    _send_lost(timedelta(seconds=settings().lost_seconds))
    note_sweep()


def recover() -> None:
    """Queue again all that was lost with an earlier desk. Only while no worker runs, and after its messages are back.

    A worker killed between taking a message and noting it has lost that message, and need not be waited for. Counting
    misses such when the broker brings back others that are done; a second message does no harm.
    """
    # One killed between queueing an article's results and sending their messages: what was queued last has none.
    last = select(StageRow).where(StageRow.state == State.QUEUED).order_by(StageRow.queued_at.desc()).limit(LAST)
    running = update(StageRow).where(StageRow.state == State.RUNNING).values(state=State.QUEUED).returning(StageRow)
    with session() as db:
        rows = [*db.scalars(last), *db.scalars(running)]
    publish(((row.article_id, Stage(row.name), Lane(row.lane)) for row in rows), together=TOGETHER)
    _send_lost(timedelta(0))


def _send_lost(patience: timedelta) -> None:
    gone = dead(_at_work())
    back = {waiting for worker in gone for waiting in _put_back(worker)}
    lost: list[StageRow] = []
    with session() as db:
        if not db.scalar(text("select pg_try_advisory_xact_lock(:lock)"), {"lock": LOCK}):
            return
        for lane in Lane:
            lost += _abandoned(db, lane, gone)
            for stages in ((Stage.INGEST,), tuple(s for s in Stage if s is not Stage.INGEST)):
                lost += _unqueued(db, stages, lane, patience)
        _mark(db, lost)
    unsent = [row for row in lost if (row.article_id, row.name) not in back]
    publish(((row.article_id, Stage(row.name), Lane(row.lane)) for row in unsent), together=TOGETHER, first=True)
    if gone or lost:
        log.warning("%s workers died, %s lost stages are queued again", len(gone), len(lost))


def _at_work() -> set[str]:
    """The workers that have been at something for longer than a sign of life holds."""
    since = func.now() - timedelta(seconds=life_seconds())
    running = (StageRow.state == State.RUNNING, StageRow.started_at < since, StageRow.worker.is_not(None))
    with session() as db:
        return set(db.scalars(select(StageRow.worker).where(*running).distinct()))


def _put_back(worker: str) -> Iterator[tuple[int, str]]:
    """What this worker had taken is taken next by others; gives the articles and stages."""
    for message in put_back(worker):
        stage, ids = stage_of(message)
        yield from ((article_id, stage) for article_id in ids if stage)


def _abandoned(db: Session, lane: Lane, gone: Sequence[str]) -> list[StageRow]:
    """Running on a worker that is gone, or for longer than any stage may.

    What started a moment ago shows that its worker lives: a broker that has lost all signs has them again soon.
    """
    limit = timedelta(seconds=settings().stage_seconds) + GRACE
    late = StageRow.started_at < func.now() - limit
    orphaned = and_(StageRow.worker.in_(gone), StageRow.started_at < func.now() - timedelta(seconds=life_seconds() / 2))
    return _rows(db, _oldest(lane).where(StageRow.state == State.RUNNING, or_(late, orphaned)))


def _unqueued(db: Session, stages: tuple[Stage, ...], lane: Lane, patience: timedelta) -> list[StageRow]:
    """Queued before the message that is taken next, and not taken: queues are first in, first out, so theirs is lost.

    `patience` is for what a worker has taken and not yet noted; a second message for it does no harm.
    """
    first = first_waiting(queue_of(stages[0], lane))
    before: list[ColumnElement[datetime]] = [func.now()]
    if first is not None:
        stage, ids = first
        theirs = select(func.min(StageRow.queued_at)).where(StageRow.name == stage, StageRow.article_id.in_(ids))
        before.append(
            func.coalesce(theirs.scalar_subquery(), func.to_timestamp(0))
        )  # deleted since, or not ours: we cannot tell
    queued = (StageRow.lane == lane, StageRow.state == State.QUEUED, StageRow.name.in_(stages))
    return _rows(db, _oldest(lane).where(*queued, StageRow.queued_at < func.least(*before) - patience))


def _oldest(lane: Lane) -> Select[StageRow]:
    return select(StageRow).where(StageRow.lane == lane).order_by(StageRow.queued_at).limit(MOST)


def _rows(db: Session, wanted: Select[StageRow]) -> list[StageRow]:
    return list(db.scalars(wanted.with_for_update(skip_locked=True)))


def _mark(db: Session, lost: list[StageRow]) -> None:
    """Give each its time anew, so that the next sweep leaves it alone."""
    for row in lost:
        db.execute(
            update(StageRow)
            .where(StageRow.article_id == row.article_id, StageRow.name == row.name)
            .values(state=State.QUEUED, queued_at=func.now())
        )
