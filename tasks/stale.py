"""Results that today's engines and settings would make otherwise: how many, and what redoing them would cost.

Stale is a stage that is done with a lineage other than today's. Its result is served until a new one is written.
"""

from dataclasses import dataclass, field

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.orm import Session

from models.stage import Stage, StageRow, State
from tasks.lineages import Today, lineages
from tasks.rates import Work, rates, work


@dataclass(frozen=True)
class Cost:
    """What redoing the stale results of a stage would take.

    `seconds` by as many workers as there were when it was measured, `worker_seconds` by one. `measured` is `rate` while
    results of the stage are redone: their rate of the last minutes counts. Else `work`: what the last ones took.
    """

    seconds: float
    worker_seconds: float
    measured: str


@dataclass(frozen=True)
class Stale:
    """Of one stage: articles done, those of them that are stale, and those that have an older result and are queued
    again. `cost` is None when nothing is stale, or none was ever done. `made_by` counts the done ones by lineage.
    """

    stage: Stage
    done: int
    stale: int
    redoing: int
    today: tuple[str, ...]
    workers_make: tuple[str, ...]  # where the worker that was started last has other settings: what it makes
    cost: Cost | None
    made_by: dict[str, int] = field(default_factory=dict)


def stale(db: Connection | Session) -> list[Stale]:
    """For each stage. Of a stage whose engine no worker has loaded yet nothing is known to be stale: see `today`."""
    now = lineages(db)
    counts: dict[Stage, dict[bool, dict[str, int]]] = {stage: {True: {}, False: {}} for stage in Stage}
    for name, is_done, lineage, count in db.execute(_counts()):
        counts[Stage(name)][is_done][lineage or ""] = count
    fast = rates(db)
    works = {stage: work(db, stage) for stage in Stage if _old(counts[stage][True], now[stage])}
    return [_stale(stage, now[stage], counts[stage], works, fast.get(stage, 0.0)) for stage in Stage]


def _counts() -> Select[str, bool, str | None, int]:
    """Of what is done, by lineage; and of what was done once and is under way again."""
    is_done = (StageRow.state == State.DONE).label("is_done")
    again = StageRow.state.in_((State.QUEUED, State.RUNNING)) & StageRow.lineage.is_not(None)
    wanted = select(StageRow.name, is_done, StageRow.lineage, func.count()).where(
        (StageRow.state == State.DONE) | again
    )
    return wanted.group_by(StageRow.name, is_done, StageRow.lineage)


def _old(made_by: dict[str, int], today: Today) -> int:
    return sum(count for lineage, count in made_by.items() if lineage not in today.lineages) if today.lineages else 0


def _stale(
    stage: Stage, today: Today, counts: dict[bool, dict[str, int]], works: dict[Stage, Work | None], rate: float
) -> Stale:
    old, redoing = _old(counts[True], today), _old(counts[False], today)
    return Stale(
        stage=stage,
        done=sum(counts[True].values()),
        stale=old,
        redoing=redoing,
        today=today.lineages,
        workers_make=today.others,
        cost=_cost(old, works.get(stage), rate if redoing else 0.0),
        made_by=dict(sorted(counts[True].items(), key=lambda one: -one[1])),
    )


def _cost(stale: int, measured: Work | None, rate: float) -> Cost | None:
    if not stale or measured is None:
        return None
    by_one = stale * measured.seconds
    if rate:
        return Cost(stale / rate, by_one, "rate")
    return Cost(by_one / measured.at_once, by_one, "work")
