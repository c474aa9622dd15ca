"""The faults of a soak: which process is killed, stopped or taken away when, all drawn from one seed."""

import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sqlalchemy import select, tuple_
from sqlalchemy.exc import DBAPIError

from bench.processes import descendants
from models.session import session
from models.stage import Lane, StageRow, State
from workers.desk import Desk
from workers.embedded import Postgres, Valkey
from workers.embedded.places import data_home

LONGEST_AWAY = 8.0  # seconds a service is away
STOPPED = 1.0  # times a sign of life that a worker is stopped


class Faults:
    """Does one thing at a time and undoes it later; measures how long what was interrupted takes to be done."""

    def __init__(self, desk: Desk, postgres: Postgres, valkey: Valkey, seed: int, life: float) -> None:
        self._desk, self._postgres, self._valkey, self._life = desk, postgres, valkey, life
        self._chance = random.Random(seed)
        self._later: list[tuple[float, Callable[[], None]]] = []
        self._interrupted: list[tuple[str, float, list[tuple[int, str]]]] = []
        self.done: Counter[str] = Counter()
        self.recovery: dict[str, list[float]] = {}

    def strike(self) -> bool:
        """Hurt something in the middle of work; False while something is away already, or nothing runs."""
        running = [] if self._later else _running()
        if not running:
            return False
        kinds = (self._kill_worker, self._kill_worker, self._kill_child, self._end_worker, self._stop_worker)
        what = self._chance.choice((*kinds, self._kill_broker, self._kill_database))
        begun, name = time.monotonic(), what()
        self.done[name] += 1
        self._interrupted.append((name, begun, running))
        return True

    def tend(self) -> None:
        """Undo what is due, start what has died, and see what has recovered."""
        for due, undo in list(self._later):
            if time.monotonic() >= due:
                self._later.remove((due, undo))
                undo()
        assert self._desk.tend(), "a process does not stay up"
        for name, begun, rows in list(self._interrupted):
            if not _under_way(rows):
                self._interrupted.remove((name, begun, rows))
                self.recovery.setdefault(name, []).append(round(time.monotonic() - begun, 1))

    def undo_all(self) -> None:
        """Bring back at once what is away."""
        while self._later:
            self._later.pop()[1]()

    @property
    def unrecovered(self) -> int:
        return len(self._interrupted)

    def _worker(self) -> tuple[str, int]:
        name = self._chance.choice(("ingest", "nlp", "backfill"))
        return name, self._desk.pids()[name]

    def _kill_worker(self) -> str:
        name, pid = self._worker()
        _signal(pid, signal.SIGKILL)
        return f"{name} worker, kill -9"

    def _kill_child(self) -> str:
        name, pid = self._worker()
        _signal((descendants(pid) or [pid])[-1], signal.SIGKILL)
        return f"{name} child, kill -9"

    def _end_worker(self) -> str:
        name, pid = self._worker()
        _signal(pid, signal.SIGTERM)
        return f"{name} worker, SIGTERM"

    def _stop_worker(self) -> str:
        name, pid = self._worker()
        stopped = [pid, *descendants(pid)]
        for each in stopped:
            _signal(each, signal.SIGSTOP)
        wake = time.monotonic() + self._life * (1 + STOPPED)
        self._later.append((wake, lambda: [_signal(each, signal.SIGCONT) for each in stopped] and None))
        return f"{name} worker, stopped and continued"

    def _kill_broker(self) -> str:
        _kill(self._valkey)
        forget = self._chance.random() < 0.3
        if forget:
            shutil.rmtree(data_home(self._valkey.folder, "valkey") / "appendonlydir", ignore_errors=True)
        self._start_later(self._valkey)
        return "broker, kill -9" + (", data gone" if forget else "")

    def _kill_database(self) -> str:
        _kill(self._postgres)
        self._start_later(self._postgres)
        return "database, kill -9"

    def _start_later(self, service: Postgres | Valkey) -> None:
        away = self._chance.uniform(0, LONGEST_AWAY)
        self._later.append((time.monotonic() + away, lambda: service.start() and None))


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _kill(service: Postgres | Valkey) -> None:
    """Hard. It stays away until it is started."""
    home = data_home(service.folder, service.name)
    own = [pid for pid in descendants(os.getpid()) if _works_in(pid, home)]
    _signal(own[0], signal.SIGKILL)
    service.stop()


def _works_in(pid: int, home: Path) -> bool:
    with suppress(OSError):
        return home in (cwd := Path(f"/proc/{pid}/cwd").readlink(), *cwd.parents)
    return False


def _running() -> list[tuple[int, str]]:
    """What a fault interrupts, of live articles: a backfill waits for as long as anything live does."""
    live = (StageRow.state == State.RUNNING, StageRow.lane == Lane.LIVE)
    try:
        with session() as db:
            rows = db.execute(select(StageRow.article_id, StageRow.name).where(*live))
            return [(article_id, name) for article_id, name in rows]
    except DBAPIError:
        return []


def _under_way(rows: list[tuple[int, str]]) -> bool:
    """Whether any of these has not ended; also while the database cannot tell."""
    open_ = StageRow.state.in_((State.QUEUED, State.RUNNING))
    try:
        with session() as db:
            key = tuple_(StageRow.article_id, StageRow.name)
            return bool(rows) and db.scalar(select(1).where(key.in_(rows), open_).limit(1)) is not None
    except DBAPIError:
        return True
