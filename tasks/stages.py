"""How a stage of an article goes from queued to its end: claimed, tried, written once."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy import ColumnElement, Connection, case, func, select, update
from sqlalchemy.exc import DBAPIError, OperationalError

from config.settings import settings
from models.article import Article
from models.session import statements, transaction
from models.stage import Lane, Stage, StageRow, State
from tasks.errors import Skip, Unreachable, Unusable
from tasks.queue import enqueue, publish

log = logging.getLogger(__name__)

UNREACHABLE_WAIT = 30.0  # seconds, doubled each time: a site is down for minutes rather than moments


@dataclass(frozen=True)
class Claim:
    """The right to try one stage of one article once. A later claim of the same stage voids it."""

    article_id: int
    stage: Stage
    number: int
    attempt: int
    version: int
    lane: Lane


@dataclass(frozen=True)
class Result:
    """What a try made: which engine and settings made it, how to write it, and the stages to queue after it."""

    lineage: str
    write: Callable[[Connection], None]
    then: tuple[Stage, ...] = ()


class Superseded(Exception):
    """The claim was voided by a later one, or the article has a newer version: nothing may be written."""


def perform(article_id: int, stage: Stage, work: Callable[[Claim], Result]) -> None:
    """Claim the stage, do `work` with no transaction open, and write its result once, or its reason.

    Raises OperationalError when the database is away or full; the task is then retried by Celery, found by the sweep,
    and no attempt is counted.
    """
    claim = _claim(article_id, stage)
    if claim is None:
        return
    try:
        result = work(claim)
        _finish(claim, result)
    except Superseded:
        log.warning("article %s: %s attempt %s was superseded", article_id, stage, claim.attempt)
        return
    except Skip as reason:
        _end(claim, State.SKIPPED, str(reason))
        return
    except Unusable as reason:
        _end(claim, State.FAILED, str(reason))
        return
    except Unreachable as reason:
        _try_again(claim, str(reason), wait=UNREACHABLE_WAIT)
        return
    except DBAPIError as error:
        if not _is_away(error):
            log.exception("article %s: %s attempt %s failed", article_id, stage, claim.attempt)
            _try_again(claim, f"the database refused: {str(error.orig).strip()}")
            return
        _give_back(claim)
        raise
    except SoftTimeLimitExceeded:
        _try_again(claim, f"took longer than {settings().stage_seconds} s")
        return
    except Exception as error:
        log.exception("article %s: %s attempt %s failed", article_id, stage, claim.attempt)
        _try_again(claim, f"{type(error).__name__}: {error}")
        return
    publish((article_id, following, claim.lane) for following in result.then)


def _claim(article_id: int, stage: Stage) -> Claim | None:
    """Start a try, unless the stage has ended (a message can come twice) or was tried often enough."""
    spent = StageRow.attempts >= settings().attempts
    died = func.concat("the worker process died in each of ", StageRow.attempts, " attempts")
    claimed = (
        update(StageRow)
        .where(
            StageRow.article_id == article_id,
            StageRow.name == stage,
            StageRow.state.in_((State.QUEUED, State.RUNNING)),
            Article.id == StageRow.article_id,
        )
        .values(
            state=case((spent, State.FAILED), else_=State.RUNNING),
            reason=case((spent, func.coalesce(StageRow.reason, died)), else_=StageRow.reason),
            finished_at=case((spent, func.now()), else_=StageRow.finished_at),
            attempts=StageRow.attempts + case((spent, 0), else_=1),
            claims=StageRow.claims + case((spent, 0), else_=1),
            started_at=case((spent, StageRow.started_at), else_=func.now()),
        )
        .returning(StageRow.state, StageRow.claims, StageRow.attempts, Article.version, StageRow.lane)
    )
    with statements() as db:
        row = db.execute(claimed).one_or_none()
    if row is None or row.state != State.RUNNING:
        return None
    return Claim(article_id, stage, row.claims, row.attempts, row.version, Lane(row.lane))


def _finish(claim: Claim, result: Result) -> None:
    """Write the result and its lineage in the transaction that ends the stage, or nothing at all."""
    ended = (
        update(StageRow)
        .where(*_ours(claim), Article.id == StageRow.article_id, Article.version == claim.version)
        .values(
            state=State.DONE,
            lineage=result.lineage,
            version=claim.version,
            reason=None,
            finished_at=func.clock_timestamp(),
        )
    )
    with transaction() as db:
        if not db.execute(ended).rowcount:
            raise Superseded
        result.write(db)
        enqueue(db, [claim.article_id], result.then, claim.lane)


def hold(db: Connection, claim: Claim) -> None:
    """Lock the stage's row for this transaction. Raises Superseded when the claim is void."""
    held = db.scalar(
        select(StageRow.article_id)
        .join(Article, Article.id == StageRow.article_id)
        .where(*_ours(claim), Article.version == claim.version)
        .with_for_update(of=StageRow)
    )
    if held is None:
        raise Superseded


def _ours(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    """The stage's row, while no later claim has voided this one."""
    return (
        StageRow.article_id == claim.article_id,
        StageRow.name == claim.stage,
        StageRow.state == State.RUNNING,
        StageRow.claims == claim.number,
    )


def _update(claim: Claim, **values: object) -> None:
    with statements() as db:
        db.execute(update(StageRow).where(*_ours(claim)).values(**values))


def _end(claim: Claim, state: State, reason: str) -> None:
    _update(claim, state=state, reason=reason, version=claim.version, finished_at=func.now())


def _is_away(error: DBAPIError) -> bool:
    """Whether it is the database that failed, not the statement: no connection, no room, or shutting down."""
    state = getattr(error.orig, "sqlstate", None)
    return isinstance(error, OperationalError) and (state is None or state.startswith(("08", "53", "57P")))


def _give_back(claim: Claim) -> None:
    """Let the attempt not count, if the database can still be told."""
    try:
        _update(claim, state=State.QUEUED, attempts=StageRow.attempts - 1)
    except OperationalError as error:
        log.warning("article %s: the attempt could not be given back: %s", claim.article_id, error.orig)


def _try_again(claim: Claim, reason: str, wait: float = 1.0) -> None:
    """Queue another try after `wait` seconds, doubled each time; after the last one the stage is failed."""
    last, pause = settings().attempts, wait * 2.0**claim.attempt
    _update(
        claim,
        state=case((StageRow.attempts >= last, State.FAILED), else_=State.QUEUED),
        reason=f"attempt {claim.attempt}: {reason}"[:2000],
        queued_at=func.now() + timedelta(seconds=pause),  # the sweep gives it time from then on
        finished_at=func.now(),
    )
    if claim.attempt < last:
        publish([(claim.article_id, claim.stage, claim.lane)], countdown=pause)
