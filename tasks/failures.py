"""Stages that failed: grouped by what went wrong, queued again, or dropped with their articles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Subquery,
    any_,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from models.session import transaction
from models.stage import Lane, Stage, StageRow, State
from tasks.queue import TOGETHER, enqueue, publish
from tasks.rates import now
from tasks.removal import remove

BATCH = 500  # rows a transaction: short locks, and what is done stays done when it is interrupted
SHOWN = 5  # article ids of a group, the newest
LONGEST = 300  # characters of a reason by which it is grouped

_REPLACED = (  # reasons that differ in these only are one: first match first, each as a PostgreSQL regular expression
    (r"^attempt \d+: ", ""),
    (r"\w+://[^\s''\")>\]]+", "URL"),
    (r"\m(?=[a-f-]*\d)[0-9a-f]{8}[0-9a-f-]*\M", "ID"),
    (r"\m0x[0-9a-f]+\M", "ID"),
    (r"\m([a-z0-9-]+\.)+[a-z]{2,24}\M(:\d+)?", "HOST"),
    (r"\d+([.,:]\d+)*", "N"),
)


def _normalised(reason: ColumnElement[Any]) -> ColumnElement[str]:
    """The reason without what differs from article to article."""
    made: ColumnElement[str] = func.left(func.coalesce(reason, ""), LONGEST)
    for pattern, name in _REPLACED:
        made = func.regexp_replace(made, pattern, name, "g")
    return made


def _named() -> Subquery:
    """The failed stages, each with its pattern and the id of its group."""
    columns = (StageRow.article_id, StageRow.name, StageRow.lane, StageRow.reason, StageRow.finished_at)
    failed = select(*columns, _normalised(StageRow.__table__.c.reason).label("pattern"))
    rows = failed.where(StageRow.state == State.FAILED).subquery()
    group = func.left(func.md5(func.concat(rows.c.name, " ", rows.c.pattern)), 8)
    return select(rows, group.label("group_id")).subquery()


_FAILED = _named()
_NEWEST = aggregate_order_by(_FAILED.c.article_id, _FAILED.c.finished_at.desc(), _FAILED.c.article_id.desc())
_LAST = aggregate_order_by(_FAILED.c.reason, _FAILED.c.finished_at.desc())


@dataclass(frozen=True)
class Chosen:
    """Which failures are meant: these articles, a group by its id, reasons that contain a text, or all; of any stage
    or of one.
    """

    articles: Sequence[int] = ()
    group: str = ""
    reason: str = ""
    everything: bool = False
    stage: Stage | None = None

    def rows(self, until: datetime) -> Select[int, str, str]:
        """The failed stages that are meant, of those that failed until then."""
        ways = [_FAILED.c.article_id == any_(literal(list(self.articles), ARRAY(BigInteger)))]
        ways += [_FAILED.c.group_id == self.group] if self.group else []
        ways += [_FAILED.c.reason.icontains(self.reason, autoescape=True)] if self.reason else []
        wanted = select(_FAILED.c.article_id, _FAILED.c.name, _FAILED.c.lane).where(_FAILED.c.finished_at <= until)
        wanted = wanted if self.everything else wanted.where(or_(*ways))
        return wanted if self.stage is None else wanted.where(_FAILED.c.name == self.stage)


def failures(db: Connection | Session, stage: Stage | None = None, most: int = 100) -> list[dict[str, Any]]:
    """The groups, the largest first: what went wrong, in which stage, how often, from when to when, the last reason in
    full, and the newest articles.

    Reasons that differ only in numbers, ids, hosts or addresses are one group, whose id stays the same.
    """
    failed = _FAILED.c
    wanted = select(
        failed.group_id.label("group"),
        failed.name.label("stage"),
        failed.pattern.label("reason"),
        func.count().label("count"),
        func.min(failed.finished_at).label("first"),
        func.max(failed.finished_at).label("last"),
        func.array_agg(_LAST)[1].label("example"),
        func.array_agg(_NEWEST)[1:SHOWN].label("articles"),
    ).group_by(failed.group_id, failed.name, failed.pattern)
    if stage is not None:
        wanted = wanted.where(failed.name == stage)
    rows = db.execute(wanted.order_by(text("count desc"), text("last desc")).limit(most))
    return [dict(row) for row in rows.mappings()]


def counted(db: Connection | Session, chosen: Chosen) -> int:
    """How many articles have a failed stage that is meant."""
    rows = chosen.rows(now(db)).subquery()
    return db.execute(select(func.count(rows.c.article_id.distinct()))).scalar_one()


def retry(chosen: Chosen, lane: Lane | None = None) -> int:
    """Queue the failed stages that are meant again, their attempts at 0, in this lane or else in their own.

    Gives how many. What fails again meanwhile is not queued a second time. Interrupted, what is queued stays queued.
    """
    with transaction() as db:
        until = now(db)
    total = 0
    while rows := _requeue(chosen, lane, until):
        publish(rows, together=TOGETHER)
        total += len(rows)
    return total


def _requeue(chosen: Chosen, lane: Lane | None, until: datetime) -> list[tuple[int, Stage, Lane]]:
    """One batch, in a transaction."""
    with transaction() as db:
        found = db.execute(_batch(chosen, until)).all()
        rows = [(row.article_id, Stage(row.name), lane or Lane(row.lane)) for row in found]
        for stage, where in sorted({(stage, where) for _, stage, where in rows}):
            enqueue(db, [i for i, *kind in rows if kind == [stage, where]], [stage], where)
    return rows


def drop(chosen: Chosen) -> int:
    """Delete the articles whose failures are meant, with all their results; gives how many.

    Sent again, such an article is a new one.
    """
    with transaction() as db:
        until = now(db)
    total = 0
    while True:
        with transaction() as db:
            found = db.execute(_batch(chosen, until)).all()
        if not found:
            return total
        total += remove({row.article_id for row in found})


def _batch(chosen: Chosen, until: datetime) -> Select[int, str, str]:
    return chosen.rows(until).order_by(_FAILED.c.article_id).limit(BATCH)
