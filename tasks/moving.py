"""Whether work moves: what waits too long while nothing like it is finished, and whether sweeps are still made."""

import shutil
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from config.settings import settings
from models.session import session
from models.stage import RESULTS, Lane, Stage, StageRow, State
from tasks.queue import first_waiting, messages, queue_of
from workers.app import app
from workers.pressure import LOW, NLP

SWEPT = "copydesk.swept"  # in the broker: when the last sweep ended, in seconds of the broker's clock
MISSED = 3  # sweeps in a row that may be missed
LITTLE_DISK = 100_000_000  # bytes
KINDS: dict[str, tuple[Stage, ...]] = {"ingest": (Stage.INGEST,), "nlp": RESULTS}
_STARTED = time.monotonic()


@dataclass(frozen=True)
class Stuck:
    """Stages of a kind of worker that do not move in this lane: for how many seconds the oldest has waited."""

    kind: str
    stages: tuple[Stage, ...]
    lane: Lane
    seconds: float


def note_sweep() -> None:
    """A sweep has ended."""
    with app.connection_for_write() as connection:
        client = connection.default_channel.client
        client.set(SWEPT, client.time()[0])


def sweep_age() -> float | None:
    """Seconds since the last sweep; None when there was none since the broker's data was made."""
    with app.connection_for_read() as connection:
        client = connection.default_channel.client
        swept = client.get(SWEPT)
        return None if swept is None else max(0.0, client.time()[0] - float(swept))


def is_overdue(age: float | None) -> bool:
    """Whether sweeps are missed. A process that has just begun has missed none: the desk may begin with it."""
    watched = time.monotonic() - _STARTED
    return min(watched, watched if age is None else age) > MISSED * settings().sweep_seconds + 30


def find_stuck() -> list[Stuck]:
    """Kinds of work of which some has waited longer than `stuck_seconds` while none was finished in that time.

    What waits is looked for where a look is cheap: the next message of each queue, and the oldest row of all. A desk
    that is idle, or at work on a long backlog, is not stuck, nor is a backfill behind live articles that wait, too.
    Raises what the database and the broker raise.
    """
    bound = timedelta(seconds=settings().stuck_seconds)
    next_ones = {(kind, lane): _next_one(stages[0], lane) for kind, stages in KINDS.items() for lane in Lane}
    held_back = messages(NLP) >= LOW
    with session() as db:
        now = db.scalar(select(func.now()))
        assert now is not None
        found = []
        for (kind, lane), ids in next_ones.items():
            waits_rightly = held_back if kind == "ingest" else bool(next_ones[kind, Lane.LIVE])
            if lane is Lane.BACKFILL and waits_rightly:
                continue  # nlp is waited for, and looked at next
            since = _waits_since(db, KINDS[kind], lane, ids)
            if since and now - since > bound and not _finished(db, KINDS[kind], lane, bound):
                found.append(Stuck(kind, KINDS[kind], lane, (now - since).total_seconds()))
        return found


def _next_one(stage: Stage, lane: Lane) -> list[int]:
    """The articles of the message that is taken next."""
    head = first_waiting(queue_of(stage, lane))
    return head[1] if head else []


def _waits_since(db: Session, stages: tuple[Stage, ...], lane: Lane, ids: list[int]) -> datetime | None:
    """When the oldest was queued of these articles and of all."""
    pending = StageRow.state.in_((State.QUEUED, State.RUNNING))
    theirs = select(func.min(StageRow.queued_at)).where(
        StageRow.article_id.in_(ids), StageRow.name.in_(stages), pending
    )
    oldest = select(StageRow.name, StageRow.lane, StageRow.queued_at).where(pending)
    row = db.execute(oldest.order_by(StageRow.queued_at).limit(1)).one_or_none()
    is_ours = row is not None and row.name in stages and row.lane == lane
    times = [db.scalar(theirs), row.queued_at if row and is_ours else None]
    return min((time for time in times if time is not None), default=None)


def _finished(db: Session, stages: tuple[Stage, ...], lane: Lane, bound: timedelta) -> bool:
    since = StageRow.finished_at > func.now() - bound
    lately = select(StageRow.article_id).where(since, StageRow.name.in_(stages), StageRow.lane == lane)
    return bool(db.scalar(select(exists(lately))))


def explain(stuck: Stuck, missing_workers: list[str], sweep_overdue: bool) -> str:
    """What does not move, and the likeliest reason with what to do."""
    names = ", ".join(stuck.stages)
    waited = (
        f"{names}: the oldest has waited {stuck.seconds:,.0f} s, and none was finished in {settings().stuck_seconds} s."
    )
    if stuck.kind in missing_workers:
        return f"{waited} No {stuck.kind} worker answers: start one, or read its log."
    if (free := free_disk()) is not None and free < LITTLE_DISK:
        return f"{waited} The disk of {settings().data} has {free / 1e6:,.0f} MB left: free some space."
    if sweep_overdue:
        return f"{waited} Lost work is not queued again, as no sweep was made: is beat up, and an ingest worker?"
    if stuck.lane is Lane.BACKFILL:
        waited += " It is a backfill: is a worker up that takes it, `copydesk worker backfill`?"
    return f"{waited} Workers answer and finish nothing: their logs say why."


def free_disk() -> int | None:
    """Bytes left on the disk of the data folder; None when there is none, as with services of your own."""
    folder = settings().data
    return shutil.disk_usage(folder).free if folder.exists() else None
