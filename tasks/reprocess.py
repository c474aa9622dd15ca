"""Queueing results again that are stale, behind all live work, in batches: interrupted, it is simply called again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.article import Article
from models.session import transaction
from models.stage import Lane, Stage, StageRow, State
from tasks.errors import Unusable
from tasks.lineages import lineages
from tasks.queue import BROKER_AWAY, TOGETHER, enqueue, messages, publish, queue_of

BATCH = 400  # results a transaction
MOST_WAITING = 500  # messages in the backfill queue, of up to thirty-two articles: then the rest waits in the database
_ORDER = (Stage.INGEST, Stage.ENTITIES, Stage.SUMMARY, Stage.NEIGHBOURS)  # entities before what may read them


@dataclass(frozen=True)
class Wanted:
    """Which results of a stage: the stale ones, or those whose lineage begins with `lineage`, or all that were made
    before `before`; each of one source only, if it is given.
    """

    stage: Stage
    today: tuple[str, ...]
    source: str = ""
    lineage: str = ""
    before: datetime | None = None

    def condition(self) -> ColumnElement[bool]:
        """As SQL. What is queued or under way again is not wanted, nor a result that an ingest under way will redo."""
        found = (StageRow.name == self.stage) & (StageRow.state == State.DONE)
        if self.lineage:
            found &= StageRow.lineage.startswith(self.lineage, autoescape=True)
        elif self.before is not None:
            found &= StageRow.finished_at < self.before
        else:
            found &= or_(StageRow.lineage.is_(None), StageRow.lineage.not_in(self.today))
        if self.source:
            found &= exists().where(Article.id == StageRow.article_id, Article.source == self.source)
        if self.stage is not Stage.INGEST:
            first = aliased(StageRow)
            under_way = first.state.in_((State.QUEUED, State.RUNNING))
            found &= ~exists().where(first.article_id == StageRow.article_id, first.name == Stage.INGEST, under_way)
        return found


def wanted(
    db: Connection | Session,
    stages: set[Stage],
    *,
    source: str = "",
    lineage: str = "",
    before: datetime | None = None,
) -> list[Wanted]:
    """What to redo of these stages, in the order in which it has to be. Raises Unusable when nobody knows yet what is
    stale.
    """
    now = lineages(db)
    for stage in stages:
        if not (now[stage].lineages or lineage or before):
            raise Unusable(
                f"What makes the {stage} results today is not known before a worker has loaded it: start one with "
                "these settings (`copydesk worker nlp`, or `copydesk up`), or name older results with --lineage."
            )
    return [Wanted(stage, now[stage].lineages, source, lineage, before) for stage in _ORDER if stage in stages]


def count(db: Connection | Session, chosen: Wanted) -> int:
    """How many results are to be redone."""
    return db.execute(select(func.count()).where(chosen.condition())).scalar_one()


def requeue(chosen: Wanted, most: int | None = None) -> Iterator[int]:
    """Queue them in the backfill lane, the newest articles first; gives how many after each batch, `most` in all.

    A batch is committed and sent before it is given. The old results stay until the new ones are written.
    """
    last, left = 2**63 - 1, most
    while left is None or left > 0:
        ids = _batch(chosen, last, BATCH if left is None else min(BATCH, left))
        if not ids:
            return
        publish(((i, chosen.stage, Lane.BACKFILL) for i in ids), together=TOGETHER)
        last, left = ids[-1], left if left is None else left - len(ids)
        yield len(ids)


def _batch(chosen: Wanted, below: int, most: int) -> list[int]:
    """Rows that someone else is changing are left for the next call."""
    with transaction() as db:
        rows = select(StageRow.article_id).where(chosen.condition(), StageRow.article_id < below)
        rows = rows.order_by(StageRow.article_id.desc()).limit(most).with_for_update(of=StageRow, skip_locked=True)
        ids = list(db.scalars(rows))
        enqueue(db, ids, [chosen.stage], Lane.BACKFILL)
    return ids


def is_full(stage: Stage) -> bool:
    """Whether so much waits in the stage's queue that more should wait in the database."""
    try:
        return messages(queue_of(stage, Lane.BACKFILL)) >= MOST_WAITING
    except BROKER_AWAY:  # what is queued meanwhile is sent by the sweep
        return False
