"""Stages that have ended, read from their rows as they come: each is counted once, and costs the workers nothing."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import text

from models.session import statements
from models.stage import Stage

BOUNDS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 300, 1800)  # seconds
WINDOW = timedelta(minutes=10)  # read at once: bounds what one statement counts

# A row carries a time from within its transaction and is seen only when that commits: what ended before the oldest
# open transaction began is all to be seen. A second for those who have begun and not yet said so.
_SETTLED = text("""
    select greatest(least(now(), min(xact_start)), now() - interval '5 minutes') - interval '1 second'
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
      and application_name <> 'copydesk backup'
""")
_ENDED = text("""
    select name, state, width_bucket(took, cast(:bounds as float8[])) as took_in,
           width_bucket(waited, cast(:bounds as float8[])) as waited_in,
           count(*) as rows, sum(took) as took, sum(waited) as waited, sum(retries) as retries
    from (
        select name, state, greatest(attempts - 1, 0) as retries,
               cast(greatest(extract(epoch from finished_at - started_at), 0) as float8) as took,
               cast(greatest(extract(epoch from started_at - queued_at), 0) as float8) as waited
        from stages
        where finished_at > :since and finished_at <= :until and state in ('done', 'failed', 'skipped')
    ) as ended
    group by name, state, took_in, waited_in
""")


@dataclass
class Histogram:
    """How many values fell into each bucket (up to each of BOUNDS, and above the last), and their sum."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0

    def add(self, bucket: int, values: int, total: float) -> None:
        """Values that fell into one bucket."""
        self.counts[bucket] += values
        self.total += total


class Ended:
    """What has ended since this process looked for the first time."""

    def __init__(self) -> None:
        self.ended: Counter[tuple[str, str]] = Counter()  # by stage and state
        self.retries: Counter[str] = Counter()  # by stage
        self.took = {str(stage): Histogram() for stage in Stage}  # of what was done, from claim to end
        self.waited = {str(stage): Histogram() for stage in Stage}  # of what was tried, from queue to claim
        self._until: datetime | None = None
        self._lock = threading.Lock()

    def look(self) -> None:
        """Count what has ended since the last look. Raises OperationalError when the database is away."""
        with self._lock, statements() as db:
            settled: datetime = db.execute(_SETTLED).scalar_one()
            while self._until is not None and self._until < settled:
                until = min(settled, self._until + WINDOW)
                given = {"since": self._until, "until": until, "bounds": [float(bound) for bound in BOUNDS]}
                for row in db.execute(_ENDED, given).all():
                    self._count(*row)
                self._until = until
            self._until = self._until or settled

    def _count(
        self,
        stage: str,
        state: str,
        took_in: int | None,
        waited_in: int | None,
        rows: int,
        took: float | None,
        waited: float | None,
        retries: int,
    ) -> None:
        self.ended[stage, state] += rows
        self.retries[stage] += retries
        if took_in is not None and state == "done":
            self.took[stage].add(took_in, rows, took or 0.0)
        if waited_in is not None:
            self.waited[stage].add(waited_in, rows, waited or 0.0)
