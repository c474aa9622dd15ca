"""The right to try a stage of an article once, and how such a try ends: rows of `stages`, several at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    Integer,
    Text,
    any_,
    bindparam,
    case,
    column,
    func,
    or_,
    select,
    update,
)

from config.settings import settings
from models.article import Article
from models.session import statements
from models.stage import Lane, Stage, StageRow, State
from tasks.queue import Waiting, publish
from workers.life import me

_SPENT = StageRow.attempts >= bindparam("most")
_IDS = any_(bindparam("ids", type_=ARRAY(BigInteger)))
_DIED = func.concat("the worker process died in each of ", StageRow.attempts, " attempts")
_UNDER_WAY = StageRow.state.in_((State.QUEUED, State.RUNNING))


@dataclass(frozen=True)
class Claim:
    """The right to try one stage of one article once. A later claim of the same stage voids it."""

    article_id: int
    stage: Stage
    number: int
    attempt: int
    version: int
    lane: Lane


# Statements are built once: building one costs as much as running it.
_CLAIM = (
    update(StageRow)
    .where(
        StageRow.article_id == _IDS,
        StageRow.name == bindparam("stage"),
        _UNDER_WAY,
        or_(StageRow.attempts == 0, bindparam("alone")),
        Article.id == StageRow.article_id,
    )
    .values(
        state=case((_SPENT, State.FAILED), else_=State.RUNNING),
        reason=case((_SPENT, func.coalesce(StageRow.reason, _DIED)), else_=StageRow.reason),
        finished_at=case((_SPENT, func.now()), else_=StageRow.finished_at),
        attempts=StageRow.attempts + case((_SPENT, 0), else_=1),
        claims=StageRow.claims + case((_SPENT, 0), else_=1),
        started_at=case((_SPENT, StageRow.started_at), else_=func.now()),
        worker=bindparam("worker", type_=Text),
    )
    .returning(StageRow.article_id, StageRow.state, StageRow.claims, StageRow.attempts, Article.version, StageRow.lane)
)
_TRIED = select(StageRow.article_id, StageRow.lane).where(
    StageRow.article_id == _IDS, StageRow.name == bindparam("stage"), _UNDER_WAY, StageRow.attempts > 0
)
_COLUMNS = {"article_id": BigInteger, "number": Integer, "version": Integer, "lineage": Text}
_GIVEN = (
    func.unnest(*(bindparam(f"{name}s", type_=ARRAY(kind)) for name, kind in _COLUMNS.items()))
    .table_valued(*(column(name, kind) for name, kind in _COLUMNS.items()))
    .render_derived("given")
)
_HAD = (  # while no later claim has voided these
    StageRow.article_id == _GIVEN.c.article_id,
    StageRow.name == bindparam("stage"),
    StageRow.state == State.RUNNING,
    StageRow.claims == _GIVEN.c.number,
)
_OURS = (  # and the article is what was read
    *_HAD,
    Article.id == StageRow.article_id,
    Article.version == _GIVEN.c.version,
)
_DONE = (
    update(StageRow)
    .where(*_OURS)
    .values(
        state=State.DONE,
        lineage=_GIVEN.c.lineage,
        version=_GIVEN.c.version,
        reason=None,
        finished_at=func.clock_timestamp(),
    )
    .returning(StageRow.article_id)
)
_BACK = (  # the time anew: the sweep goes by the order in the queue
    update(StageRow)
    .where(*_HAD)
    .values(state=State.QUEUED, attempts=StageRow.attempts - 1, queued_at=func.clock_timestamp())
)
_HELD = select(StageRow.article_id).where(*_OURS).order_by(StageRow.article_id).with_for_update(of=StageRow)


def start(article_ids: Sequence[int], stage: Stage) -> tuple[list[Claim], list[Waiting]]:
    """Start a try of each, unless it has ended (a message can come twice) or was tried often enough.

    Of several, only those that were never tried: the others wait to be tried alone, and are given as the second list.
    """
    alone = len(article_ids) == 1
    given = {"ids": list(article_ids), "stage": stage}
    with statements() as db:
        rows = db.execute(_CLAIM, given | {"alone": alone, "most": settings().attempts, "worker": me()}).all()
        tried = [] if alone or len(rows) == len(article_ids) else db.execute(_TRIED, given).all()
    running = {row.article_id: row for row in rows if row.state == State.RUNNING}
    started = [
        Claim(i, stage, running[i].claims, running[i].attempts, running[i].version, Lane(running[i].lane))
        for i in dict.fromkeys(article_ids)
        if i in running
    ]
    return started, [(i, stage, Lane(lane)) for i, lane in tried if i not in running]


def done(db: Connection, claims: Sequence[Claim], lineages: Sequence[str]) -> set[int]:
    """End the stage of each article in `db`'s transaction; the ids of those whose claim is not void."""
    return set(db.scalars(_DONE, _given(claims) | {"lineages": list(lineages)}))


def hold(db: Connection, claims: Sequence[Claim]) -> set[int]:
    """Lock the rows of the stage for this transaction; the ids of those whose claim is not void."""
    return set(db.scalars(_HELD, _given(claims) | {"lineages": [""] * len(claims)}))


def _given(claims: Sequence[Claim]) -> dict[str, object]:
    return {
        "stage": claims[0].stage,
        "article_ids": [claim.article_id for claim in claims],
        "numbers": [claim.number for claim in claims],
        "versions": [claim.version for claim in claims],
    }


def _update(claim: Claim, **values: object) -> None:
    ours = (
        StageRow.article_id == claim.article_id,
        StageRow.name == claim.stage,
        StageRow.state == State.RUNNING,
        StageRow.claims == claim.number,
    )
    with statements() as db:
        db.execute(update(StageRow).where(*ours).values(**values))


def end(claim: Claim, state: State, reason: str) -> None:
    """Skipped or failed, with the reason."""
    _update(claim, state=state, reason=reason, version=claim.version, finished_at=func.now())


def give_back(claims: Sequence[Claim]) -> None:
    """Queued again, behind what waits, and no try is counted."""
    if claims:
        with statements() as db:
            db.execute(_BACK, _given(claims) | {"lineages": [""] * len(claims)})


def put_off(claim: Claim, seconds: float) -> None:
    """Queued again after so many seconds, and no try is counted."""
    later = func.now() + timedelta(seconds=seconds)  # the sweep gives it time from then on
    _update(claim, state=State.QUEUED, attempts=StageRow.attempts - 1, queued_at=later)
    publish([(claim.article_id, claim.stage, claim.lane)], countdown=seconds)


def try_again(claim: Claim, reason: str, wait: float = 1.0) -> None:
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
