"""Figures that take the database a while, asked for seldom: each may cost a fiftieth of the time at most."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from models.session import transaction
from tasks.lineages import lineages
from tasks.queue import BROKER_AWAY

SHARE = 50  # times what asking took, until it is asked again
LONGEST = 30.0  # seconds for one answer; then the older one is kept
PATIENCE = 2.0  # seconds that a scrape waits for the first answer
SAMPLED = 4_000_000  # rows of `stages` that are counted; of more, a share of the pages

log = logging.getLogger(__name__)

Found = TypeVar("Found")

_OPEN = text("""
    select name, state, lane, count(*) as articles, min(queued_at) as since from stages
    where state in ('queued', 'running', 'failed') group by name, state, lane
""")
_SIZE = text("""
    select case when reltuples > 0 then reltuples else pg_relation_size(oid) / 150.0 end
    from pg_class where oid = to_regclass('stages')
""")
_CENSUS = "select name, state, lineage, count(*) from stages tablesample system ({percent:.6f}) group by 1, 2, 3"
_FEEDS = text("""
    select count(*) filter (where paused) as paused, count(*) filter (where not paused and failures > 0) as failing,
           count(*) filter (where not paused and failures = 0) as fine,
           count(*) filter (where not paused and next_poll_at < now() - interval '10 minutes') as overdue
    from feeds
""")
_DELIVERIES = text("select state, count(*) from deliveries where state <> 'delivered' group by state")
_DATABASE = text("select pg_database_size(current_database())")


class Figures(Generic[Found]):
    """An answer that is kept for as long as asking again would cost too much. Nobody waits for it: a thread asks."""

    def __init__(self, ask: Callable[[], Found], least: float = 10.0) -> None:
        """`ask` finds the answer; it is kept `least` seconds at least. When it fails, the older one is kept."""
        self._ask = ask
        self._least = least
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._found: tuple[Found, float] | None = None
        self._due = 0.0

    def now(self) -> tuple[Found, float] | None:
        """The answer and its age in seconds; None when there is none yet."""
        with self._lock:
            if time.monotonic() >= self._due and not (self._thread and self._thread.is_alive()):
                self._thread = threading.Thread(target=self._renew, name="figures", daemon=True)
                self._thread.start()
            thread, found = self._thread, self._found
        if thread is not None:
            thread.join(PATIENCE if found is None else PATIENCE / 10)
        return None if self._found is None else (self._found[0], time.monotonic() - self._found[1])

    def _renew(self) -> None:
        begun = time.monotonic()
        try:
            self._found = self._ask(), begun
        except (OperationalError, *BROKER_AWAY) as error:  # too slow, or away
            log.warning("figures could not be renewed, the older ones are shown: %s", error)
        ended = time.monotonic()
        self._due = ended + max(self._least, SHARE * (ended - begun))


def open_stages(db: Connection) -> list[tuple[str, str, str, int, float]]:
    """Stage, state (queued, running or failed), lane, how many, and the Unix time since when the oldest waits."""
    return [(*row[:4], row[4].timestamp()) for row in db.execute(_OPEN).all()]


def census(db: Connection) -> list[tuple[str, str, str | None, float]]:
    """Stage, state, lineage, and about how many: counted while there are few, else by a sample of the pages."""
    share = min(1.0, SAMPLED / max(1.0, float(db.execute(_SIZE).scalar_one())))
    rows = db.execute(text(_CENSUS.format(percent=100 * share))).all()
    return [(name, state, lineage, count / share) for name, state, lineage, count in rows]


def todays(db: Connection) -> dict[str, tuple[str, ...]]:
    """By stage, the lineages of what would be made now, where that is known."""
    return {str(stage): today.lineages for stage, today in lineages(db).items() if today.lineages}


def feeds(db: Connection) -> dict[str, int]:
    """How many feeds are paused, failing (at their last reading), or fine; and how many fine ones are overdue."""
    return dict(db.execute(_FEEDS).one()._mapping)


def deliveries(db: Connection) -> dict[str, int]:
    """How many messages to webhooks wait, and how many were given up and can be sent again."""
    return {"waiting": 0, "dead": 0} | {row.state: row[1] for row in db.execute(_DELIVERIES)}


def database_bytes(db: Connection) -> int:
    """What the database takes on disk."""
    return int(db.execute(_DATABASE).scalar_one())


def asked(question: Callable[[Connection], Found]) -> Callable[[], Found]:
    """The question in a transaction of its own, given up after LONGEST seconds."""

    def ask() -> Found:
        with transaction() as db:
            db.execute(text("select set_config('statement_timeout', :ms, true)"), {"ms": f"{LONGEST * 1000:.0f}"})
            return question(db)

    return ask
