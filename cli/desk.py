"""The processes of a desk, and finding or starting the services they lean on."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from cli.flower import flower_argv, flower_environment
from config.settings import child_environment, settings, use_services
from tasks.queue import publish_again
from tasks.sweep import recover, sweep
from workers.argv import worker_argv, worker_environment
from workers.child import CannotStart, Process
from workers.desk import Desk
from workers.embedded import DeskLock, FolderInUse, Postgres, Valkey
from workers.life import put_all_back
from workers.pools import nlp_pool

STOP_SECONDS = 30.0  # longer than a worker's soft shutdown


def logs() -> Path:
    """Where each process's output goes."""
    return settings().data / "logs"


def find_services() -> None:
    """Use the services that are configured, else those of the desk that is up in the data folder.

    Raises SettingsError later, at the first use, when there are none.
    """
    known = settings()
    if known.database_url is None and (postgres := Postgres(known.data)).is_ready():
        use_services(postgres.url, None)
    if known.redis_url is None and (valkey := Valkey(known.data)).is_ready():
        use_services(None, valkey.url)


@contextmanager
def started_desk() -> Iterator[Desk]:
    """A desk with its services up and its tables current, and no workers yet; everything is stopped at the end.

    Raises SettingsError when traces are wanted and cannot be made, FolderInUse when another desk is up in the data
    folder, CannotStart when a service does not start or a checkpoint that the settings name cannot be used.
    """
    from tasks.tracing import is_wanted
    from workers.engines.hub.chosen import prepare
    from workers.trial import try_engines

    is_wanted()  # as for engines: a worker would be started five times
    prepare(settings())
    try_engines(settings())
    with DeskLock(settings().data), Desk([], logs(), on_event=tell) as desk:
        if settings().database_url is None:
            postgres = Postgres(settings().data)
            desk.add(postgres.process())
            use_services(postgres.url, None)
        own_queue = settings().redis_url is None
        if own_queue:
            valkey = Valkey(settings().data)
            desk.add(valkey.process())
            use_services(None, valkey.url)
        from migrations.upgrade import migrate

        migrate()
        if own_queue:  # nobody else uses it, so what an earlier desk was at when it was killed can be queued at once
            put_all_back()
            recover()
        yield desk


def up_lock() -> DeskLock:
    """Held by `copydesk up` while it runs, so that others know that its workers do their work."""
    return DeskLock(settings().data, "up")


def is_up() -> bool:
    """Whether `copydesk up` is up in the data folder."""
    lock = up_lock()
    try:
        lock.acquire()
    except FolderInUse:
        return True
    lock.release()
    return False


def workers() -> tuple[Process, ...]:
    """Those of a whole desk. A backfill has its own, so that it takes nothing from live articles; where threads share
    the engines, both lanes do.
    """
    shared = nlp_pool(settings()) == "threads"
    kinds = ("ingest", "nlp", "net") if shared else ("ingest", "nlp", "backfill", "net")
    return tuple(worker(kind, live_only=not shared) for kind in kinds)


def worker(kind: str, live_only: bool = False) -> Process:
    """One worker; `started_desk` has looked already at what `copydesk worker` would look at."""
    return Process(kind, worker_argv(kind, settings(), live_only), worker_environment(), grace=STOP_SECONDS)


def monitor() -> Process:
    """Flower."""
    return Process("flower", flower_argv(), flower_environment(), grace=STOP_SECONDS)


def process(*command: str) -> Process:
    """A process of the desk, started as `copydesk COMMAND...`."""
    name = command[-1]
    return Process(name, (sys.executable, "-m", "cli.main", *command), child_environment(), grace=STOP_SECONDS)


class Tending:
    """Looks after the workers and the work of a desk that has no clock of its own."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.swept = time.monotonic()

    def __call__(self, article_ids: list[int]) -> None:
        """Start again what has died, and send again what it had taken or what got lost on the way.

        Raises CannotStart when one process died too often; `tell` has said why.
        """
        before = self.desk.pids()
        if not self.desk.tend():
            raise CannotStart("A process does not stay up; the articles wait and are done at the next start.")
        if self.desk.pids() != before:
            publish_again(article_ids)
        if time.monotonic() - self.swept > settings().sweep_seconds:
            self.swept = time.monotonic()
            sweep()


def tell(name: str, what: str) -> None:
    """The supervisor's news: all into the log of the desk, and what is out of the ordinary to the user."""
    with (logs() / "desk.log").open("a") as file:
        file.write(f"{datetime.now():%Y-%m-%d %H:%M:%S} {name} {what}\n")
    if what not in ("starts", "stops", "runs"):
        print(f"{name} {what}", file=sys.stderr)
