"""Real worker processes on the real services."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select
from waiting import wait_until

from cli.desk import worker
from config.settings import settings
from models.session import session
from models.stage import ENDS, StageRow
from workers.app import app
from workers.argv import worker_argv, worker_environment
from workers.child import Process
from workers.desk import Desk


@pytest.fixture
def workers(desk: Path) -> Iterator[Desk]:
    """An ingest and an nlp worker, ready to work."""
    with Desk([], desk / "logs", on_event=lambda _name, _what: None) as running:
        for kind in ("ingest", "nlp"):
            running.add(worker(kind))
        wait_until(lambda: len(app.control.ping(timeout=0.5)) == 2, "both workers answer", seconds=120)
        yield running


@pytest.fixture
def worker_of(desk: Path, setting: Callable[..., None]) -> Callable[..., AbstractContextManager[None]]:
    """Starts a worker, nlp or of another kind, from a module of this folder, with these settings."""

    @contextmanager
    def started(module: str, kind: str = "nlp", **settings_: object) -> Iterator[None]:
        setting(**settings_)
        argv = tuple({"workers.process": module}.get(word, word) for word in worker_argv(kind, settings()))
        environment = worker_environment() | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
        with Desk([], desk / "logs", on_event=lambda _name, _what: None) as running:
            running.add(Process(module, argv, environment))
            wait_until(lambda: len(app.control.ping(timeout=0.5)) == 1, "the worker answers", seconds=120)
            yield

    return started


@pytest.fixture
def ended() -> Callable[[int], bool]:
    """Whether so many articles exist and each stage of every one has ended."""

    def check(articles: int) -> bool:
        with session() as db:
            rows = db.execute(select(StageRow.state, func.count()).group_by(StageRow.state)).all()
            known = db.scalar(select(func.count(StageRow.article_id.distinct())))
        return known == articles and all(state in ENDS for state, _ in rows) and sum(n for _, n in rows) == 4 * articles

    return check
