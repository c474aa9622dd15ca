"""One run of bench.batching: nlp workers started one way, given all articles, timed, and asked for their results."""

import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench.flow import forget_results, under_way
from bench.processes import tree_cpu_seconds
from cli.desk import started_desk
from config.settings import settings
from models.entity import Entity, Mention
from models.neighbour import Vector
from models.session import engine, session
from models.stage import RESULTS, Lane, StageRow, State
from models.summary import Summary
from nlp.formats import Document
from tasks.ingest import ingest
from tasks.queue import TOGETHER, enqueue, publish
from tasks.receive import receive
from workers.app import app
from workers.argv import worker_argv, worker_environment
from workers.child import Process
from workers.desk import Desk

LONGEST = 900.0  # seconds; a run that takes longer has lost its workers
_TOOK = re.compile(rb"succeeded in ([\d.e-]+)s")


@dataclass(frozen=True)
class Way:
    """A way to start nlp workers and to give them work."""

    settings: dict[str, object] = field(default_factory=dict)
    workers: int = 1
    prefetch: int = 1
    ids: int = TOGETHER  # articles a message


@dataclass(frozen=True)
class Run:
    """What one run took."""

    seconds: float
    cpu: dict[str, float]
    tasks: list[float]
    results: list[Any]


@contextmanager
def desk() -> Iterator[Desk]:
    """A desk with services of its own in a folder that goes away."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COPYDESK_DATA"] = folder
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        settings.cache_clear()
        with started_desk() as desk:
            yield desk
            engine().dispose()


def ingested(documents: list[Document]) -> list[int]:
    """Ingest here, so that only the nlp workers are measured; the ids of what was not skipped."""
    for received in receive(documents):
        ingest.run(received.article_id)
    with session() as db:
        return list(db.scalars(select(StageRow.article_id).where(StageRow.name == RESULTS[0])))


def run(desk: Desk, way: Way, ids: list[int]) -> Run:
    """The results of all articles, made anew by workers that are started for it."""
    forget_results()
    with session() as db:
        enqueue(db, ids, RESULTS, Lane.LIVE)
    with app.connection_for_write() as connection:
        connection.default_channel.client.flushall()
    logs = settings().data / "logs"
    with Desk(_workers(way), logs, on_event=lambda _name, _what: None) as workers:
        _wait(lambda: len(app.control.ping(timeout=0.5)) >= way.workers)
        pids = {name: [pid] for name, pid in desk.pids().items()} | {"nlp": list(workers.pids().values())}
        before, started = {kind: tree_cpu_seconds(some) for kind, some in pids.items()}, time.perf_counter()
        sent = _publish(way, ids)
        _wait(lambda: not under_way())
        seconds = time.perf_counter() - started
        cpu = {kind: tree_cpu_seconds(some) - before[kind] for kind, some in pids.items()}
        _wait(lambda: len(_took(logs, workers)) >= sent)  # a worker with nothing to do stops at once
        return Run(seconds, cpu, _took(logs, workers), _results())


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not done after {LONGEST:.0f} s; the workers' logs are in {settings().data / 'logs'}")
        time.sleep(0.05)


def _workers(way: Way) -> list[Process]:
    chosen = settings().model_copy(update=way.settings)
    given = {f"COPYDESK_{name.upper()}": str(value) for name, value in way.settings.items()}
    argv = (*worker_argv("nlp", chosen), "--prefetch-multiplier", str(way.prefetch))
    started = time.monotonic_ns()
    return [
        Process(
            f"{n}-{started}",
            tuple(word.replace("nlp@", f"nlp{n}@") for word in argv),
            worker_environment() | given,
        )
        for n in range(way.workers)
    ]


def _publish(way: Way, ids: list[int]) -> int:
    """Send the messages; how many."""
    publish(((article_id, stage, Lane.LIVE) for stage in RESULTS for article_id in ids), together=way.ids)
    return -(-len(ids) // way.ids) * len(RESULTS)


def _took(logs: Path, workers: Desk) -> list[float]:
    return [float(took) for name in workers.pids() for took in _TOOK.findall((logs / f"{name}.log").read_bytes())]


def _results() -> list[Any]:
    """Summaries, mentions with their scores, and vectors. Which links there are depends on who comes first."""
    with session() as db:
        undone = select(func.count()).where(StageRow.name.in_(RESULTS), StageRow.state != State.DONE)
        assert not db.scalar(undone), "a stage was skipped or failed"
        summaries = db.execute(select(Summary.article_id, Summary.sentences))
        named = select(Mention.article_id, Mention.start, Mention.end, Mention.score, Entity.type, Entity.key)
        mentions = db.execute(named.join(Entity))
        vectors = db.execute(select(Vector.article_id, Vector.vector))
        return [sorted(map(repr, rows)) for rows in (summaries, mentions, vectors)]
