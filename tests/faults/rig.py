"""A desk of real processes that can be hurt: services, an ingest and two nlp workers, and the clock."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from faults.rows import broken, made
from faults.stories import documents
from leftovers import remove_desk
from waiting import wait_until

from cli.desk import process
from config.settings import settings, use_services
from migrations.upgrade import migrate
from models.session import engine
from tasks.queue import BROKER_AWAY
from tasks.receive import receive
from workers.app import app
from workers.argv import worker_argv, worker_environment
from workers.child import Process
from workers.desk import Desk, Patience
from workers.embedded import Postgres, Valkey
from workers.embedded.places import data_home

ARTICLES = int(os.environ.get("FAULT_ARTICLES", "48"))
SWEEP = int(os.environ.get("FAULT_SWEEP", "3"))  # seconds
START = 30  # seconds that workers may take to start again on a busy machine
LIMIT = 900  # seconds for a stage: nothing here is taken back because it took too long
WORKERS = ("ingest", "nlp1", "nlp2")
TABLES = "articles, entities, merges, stories"
HERE = Path(__file__).parent


class Rig:
    """All of it, in one folder. Its services are not looked after: what is killed stays away until it is started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.marks = folder / "marks"
        self.marks.mkdir()
        self.postgres, self.valkey = Postgres(folder), Valkey(folder)
        self.desk = Desk([], folder / "logs", on_event=lambda _n, _w: None, patience=Patience(first=0.2, quick=0.0))
        self.whole: dict[str, list[str]] = {}
        self.report: list[dict[str, Any]] = []
        self.results: list[tuple[Any, ...]] = []

    def start(self, environment: pytest.MonkeyPatch) -> None:
        self.postgres.start()
        self.valkey.start()
        chosen = {"DATA": self.folder, "SWEEP_SECONDS": SWEEP, "LOST_SECONDS": SWEEP, "STAGE_SECONDS": LIMIT}
        for name, value in (chosen | {"NLP_PROCESSES": 1}).items():
            environment.setenv(f"COPYDESK_{name}", str(value))
        environment.setenv("FAULTS", str(self.marks))
        environment.setenv("DATABASE_URL", self.postgres.url)
        environment.setenv("REDIS_URL", self.valkey.url)
        use_other_services(self.postgres.url, self.valkey.url)
        migrate()
        for name in WORKERS:
            self.desk.add(self.worker(name))
        self.desk.add(process("beat"))
        self.wait_for_workers()

    def worker(self, name: str, module: str = "faulty", **more: str) -> Process:
        kind = name.rstrip("0123456789")
        words = {"workers.process": module, f"{kind}@%h": f"{name}@%h"}
        argv = tuple(words.get(word, word) for word in worker_argv(kind, settings()))
        path = os.pathsep.join([str(HERE), str(HERE.parent), *sys.path])
        environment = worker_environment() | {"PYTHONPATH": path} | more
        return Process(name, argv, environment)

    def stop(self) -> None:
        for name in self.desk.pids():
            self.signal(name, signal.SIGCONT)
        self.desk.stop()
        engine().dispose()
        self.valkey.stop()
        self.postgres.stop()
        remove_desk(self.folder)

    # looking

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.postgres.client_url, autocommit=True, connect_timeout=2) as db:
            cursor = db.execute(query)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def count(self, where: str) -> int:
        return int(self.ask(f"select count(*) from stages where {where}")[0][0])

    def wait(self, condition: Callable[[], bool], what: str, seconds: float = 120 + ARTICLES) -> None:
        """Wait while dead workers are started again. A service that is away just now says no."""

        def holds() -> bool:
            assert self.desk.tend()
            with suppress(psycopg.Error, *BROKER_AWAY):
                return condition()
            return False

        wait_until(holds, what, seconds)

    def wait_for_workers(self, names: Sequence[str] = WORKERS) -> None:
        def answer() -> bool:
            replies = {name.partition("@")[0] for reply in app.control.ping(timeout=0.5) for name in reply}
            return replies >= set(names)

        self.wait(answer, f"{names} answer")

    def wait_until_at_work(self, name: str) -> None:
        """Until this worker is in the middle of a stage, if any is left for it: one that answers may still load."""
        theirs, all_ = ("name = 'ingest'", ARTICLES) if name == "ingest" else ("name <> 'ingest'", 3 * ARTICLES)

        def at_work() -> bool:
            mine = self.count(f"state = 'running' and worker like '{name}@%'")
            return mine > 0 or self.count(f"{theirs} and state = 'done'") == all_

        self.wait(at_work, f"{name} is at work")

    def ended(self) -> bool:
        return self.count("state in ('done', 'failed', 'skipped')") == 4 * ARTICLES

    def made(self) -> dict[str, list[str]]:
        with psycopg.connect(self.postgres.client_url) as db:
            return made(db)

    def broken(self) -> dict[str, int]:
        with psycopg.connect(self.postgres.client_url) as db:
            return broken(db, settings().neighbours)

    # hurting

    def pids(self, name: str) -> list[int]:
        """A worker and its pool."""
        pid = self.desk.pids()[name]
        with suppress(OSError):
            return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
        return []

    def signal(self, name: str, number: int) -> int:
        """To a worker and its pool; how many there were."""
        found = self.pids(name)
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        return len(found)

    def hold_in_a_pass(self) -> str:
        """Keep taggers in their forward passes until `marks/hold` is gone; the name of a worker that is in one."""
        (self.marks / "hold").touch()
        parents: list[str] = []  # the mark is written again and again, and empty in between

        def inside() -> bool:
            with suppress(FileNotFoundError):
                parents.append((self.marks / "inside").read_text())
            return any(parents)

        self.wait(inside, "a worker is inside its tagger")
        parent = int(next(filter(None, parents)))
        [name] = [name for name, pid in self.desk.pids().items() if pid == parent]
        return name

    def told(self, text: str) -> bool:
        """Whether any process of the rig has written this to its log."""
        return any(text in log.read_text(errors="replace") for log in (self.folder / "logs").glob("*.log"))

    def kill_service(self, service: Postgres | Valkey) -> None:
        """Hard. It stays away until it is started."""
        assert service._child is not None and service._child.pid is not None
        os.kill(service._child.pid, signal.SIGKILL)
        service.stop()

    def forget_queue(self) -> None:
        """While the broker is away, take away all that it has kept."""
        shutil.rmtree(data_home(self.folder, "valkey") / "appendonlydir")

    # running

    def clear(self) -> None:
        """An empty desk, its workers ready. They keep their signs of life."""
        self.wait_for_workers()
        with app.connection_for_write() as connection:
            client = connection.default_channel.client
            queues = [f"{kind}{lane}" for kind in ("ingest", "nlp") for lane in ("", ".backfill")]
            client.delete(*queues, *client.keys("unacked*"))
        self.ask(f"truncate {TABLES} restart identity cascade")
        for mark in self.marks.iterdir():
            mark.unlink()

    def undisturbed(self) -> dict[str, list[str]]:
        """What a desk makes of the articles when nobody disturbs it."""
        if not self.whole:
            self.clear()
            receive(documents(ARTICLES))
            self.wait(self.ended, "an undisturbed run is done")
            self.whole = self.made()
            assert self.broken() == {}
        return self.whole

    def under(
        self, fault: str, disturb: Callable[["Rig"], int], *, early: bool = False, patience: float = 0
    ) -> dict[str, Any]:
        """Put all articles in, disturb when an eighth is done, or at once, and compare with an undisturbed run.

        `disturb` returns how many processes it has killed. What was interrupted is tried again alone, before what
        waits: it must have ended two sweeps, the start of a worker and `patience` after the end of the disturbance, by
        the database's clock.
        """
        whole = self.undisturbed()
        self.clear()
        receive(documents(ARTICLES))
        if not early:
            self.wait(lambda: self.count("state = 'done'") >= ARTICLES // 2, "work is under way")
        killed = disturb(self)
        [(since,)] = self.ask("select clock_timestamp()::text")
        self.wait(self.ended, f"all is done after: {fault}")
        [(late, all_)] = self.ask(
            f"select coalesce(extract(epoch from max(finished_at) filter (where claims > 1) - '{since}'), 0)::float, "
            f"extract(epoch from max(finished_at) - '{since}')::float from stages"
        )
        [(again, tries)] = self.ask("select count(*) filter (where claims > 1), sum(claims - 1)::int from stages")
        found = self.made()
        lost = len(whole["stages"]) - len(set(whole["stages"]) & set(found["stages"]))
        figures = {
            "fault": fault,
            "articles": ARTICLES,
            "killed": killed,
            "redelivered": again,
            "repeated": tries,
            "lost": lost,
            "recovered_s": round(late, 1),
            "all_done_s": round(all_, 1),
        }
        self.report.append(figures)
        for table, rows in whole.items():
            other = sorted(set(rows) ^ set(found[table]))
            assert found[table] == rows, f"{table} differs after: {fault}: {other[:2]}"
        assert self.broken() == {}
        assert late < 2 * SWEEP + START + patience, "what was interrupted was stuck"
        return figures


def use_other_services(database: str | None, queue: str | None) -> None:
    """From here on this process uses these services, and forgets its connections to the ones before."""
    if engine.cache_info().currsize:
        engine().dispose()
        engine.cache_clear()
    use_services(database, queue)
    app.conf.broker_url = queue
    app._pool = None
    app.amqp._producer_pool = None


@contextmanager
def roomy_folder(parent: Path, megabytes: int) -> Iterator[tuple[Path, bool]]:
    """A folder for a desk on a small disk of its own, and whether that could be had: it takes root."""
    folder = parent / "desk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "copydesk-faults", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0
    try:
        yield folder, mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
