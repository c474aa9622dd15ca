"""How fast stages are done: now, over the last minutes, and how much work one article's stage is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from models.stage import Stage

WINDOW = timedelta(minutes=5)
SAMPLE = 1000  # of a stage, the rows done last, from which work is measured

_RATES = text(
    "select name, count(*) / extract(epoch from cast(:window as interval)) from stages "
    "where state = 'done' and finished_at > now() - cast(:window as interval) group by name"
)
_HISTORY = text(
    "select name, width_bucket(extract(epoch from now() - finished_at), 0, :seconds, :bars) as ago, count(*) "
    "from stages where state = 'done' and finished_at > now() - make_interval(secs => :seconds) "
    "and finished_at <= now() group by name, ago"
)
# Up to thirty-two articles share a message, and so a start: its time is counted once.
_WORK = text(
    "with last as (select started_at, finished_at from stages where name = :name and state = 'done' "
    "and finished_at > started_at order by finished_at desc limit :sample), "
    "messages as (select max(finished_at) - started_at as took from last group by started_at) "
    "select extract(epoch from sum(took)) as work, (select count(*) from last) as articles, "
    "(select extract(epoch from sum(upper(busy) - lower(busy))) from (select unnest(range_agg("
    "tstzrange(started_at, finished_at))) from last) as spans (busy)) as busy from messages"
)


@dataclass(frozen=True)
class Work:
    """What one article's stage takes: worker seconds, and how many workers were at it at once, on average."""

    seconds: float
    at_once: float


def rates(db: Connection | Session, window: timedelta = WINDOW) -> dict[str, float]:
    """For each stage that did some, articles done per second over the window; it may have been idle for part of it."""
    return {name: float(rate) for name, rate in db.execute(_RATES, {"window": window})}


def history(db: Connection | Session, window: timedelta = WINDOW, bars: int = 30) -> dict[str, list[float]]:
    """For each stage that did some, articles done per second in each of so many parts of the window."""
    seconds = window.total_seconds()
    found: dict[str, list[float]] = {}
    for name, ago, count in db.execute(_HISTORY, {"seconds": seconds, "bars": bars}):
        found.setdefault(name, [0.0] * bars)[-min(max(ago, 1), bars)] += count * bars / seconds
    return found


def work(db: Connection | Session, stage: Stage) -> Work | None:
    """Measured on the stage's last SAMPLE articles, however long ago; None when none is done."""
    row = db.execute(_WORK, {"name": stage, "sample": SAMPLE}).one()
    if not row.articles:
        return None
    return Work(float(row.work) / row.articles, max(1.0, float(row.work) / float(row.busy)))


def now(db: Connection | Session) -> datetime:
    """The database's time, by which stages are stamped: clocks of other machines may differ."""
    moment: datetime = db.execute(text("select clock_timestamp()")).scalar_one()
    return moment
