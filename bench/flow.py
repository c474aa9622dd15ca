"""Articles of the bulk file through real workers, timed."""

import gzip
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count, islice
from os import getpid
from pathlib import Path

from sqlalchemy import func, select, text

from bench.processes import cpu_seconds
from cli.gather import gather
from config.settings import settings
from models.base import Base
from models.session import session
from models.stage import StageRow, State
from nlp.extract import extract
from nlp.formats import Document
from tasks.receive import receive
from workers.app import app
from workers.argv import worker_argv, worker_environment
from workers.child import Process
from workers.desk import Desk

BULK = "bulk_senate_20k.jsonl.gz"
SAMPLES = Path(__file__).parent.parent / "samples"
LOOK_SECONDS = 0.02
END_SECONDS = 0.25  # how often `put_through` asks whether all is done: asking costs processor time, too
WORKERS = ("ingest", "nlp", "backfill")


def bulk(data: Path, first: int, stop: int, step: int = 1) -> list[dict[str, str]]:
    """Press releases as they are in the file, by their place in it; without the file our own samples, over and over."""
    if not (data / BULK).exists():
        return list(islice(_samples(), first, stop, step))
    with gzip.open(data / BULK, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in islice(lines, first, stop, step)]


def _samples() -> Iterator[dict[str, str]]:
    """Without end, the number of the round in each headline and text, so that no two are the same."""
    read = [extract(document) for document in gather([str(SAMPLES)]).documents]
    for number in count():
        for one in read:
            title, body = f"{one.title} ({number})", f"{one.text}\n\nThis is edition {number}."
            yield {"date": "2026-03-02", "author": one.author, "title": title, "text": body}


def document(one: dict[str, str]) -> Document:
    """A press release as a door would receive it."""
    published = datetime.fromisoformat(one["date"]).replace(tzinfo=UTC)
    return Document("text", one["text"], title=one["title"], author=one["author"], published=published, source="Senate")


@contextmanager
def workers(logs: Path, app_of: str = "workers.process") -> Iterator[dict[str, int]]:
    """The workers that articles go through, as `copydesk up` starts them, ready to work; gives their process ids.

    `app_of` names the module that Celery starts from (`bench.instant` has engines that cost nothing).
    """
    with Desk([], logs, on_event=lambda _name, _what: None) as desk:
        for kind in WORKERS:
            argv = worker_argv(kind, settings(), live_only=kind != "backfill")
            argv = tuple(app_of if word == "workers.process" else word for word in argv)
            desk.add(Process(kind, argv, worker_environment()))
        while len(app.control.ping(timeout=0.3)) < len(WORKERS):
            assert desk.tend(), "the workers do not start"
        yield desk.pids()


def put_through(documents: Sequence[Document]) -> dict[str, float]:
    """Receive them all, wait until each of their stages is done, and say how fast that was."""
    begun, cpu = time.perf_counter(), cpu_seconds(getpid())
    receive(documents)
    while under_way():
        time.sleep(END_SECONDS)
    seconds = time.perf_counter() - begun
    return {
        "articles_a_second": round(len(documents) / seconds, 2),
        "cpu_ms_an_article": round((cpu_seconds(getpid()) - cpu) * 1000 / len(documents), 1),
    }


def forget_results() -> None:
    """Empty all tables but those of articles as ingest leaves them, and of stages: results are then made anew."""
    kept = {"articles", "payloads", "versions", "declared", "stages"}
    tables = ", ".join(table.name for table in Base.metadata.sorted_tables if table.name not in kept)
    with session() as db:
        db.execute(text(f"truncate {tables} restart identity"))


def under_way() -> int:
    """How many stages have not ended."""
    with session() as db:
        unfinished = StageRow.state.in_((State.QUEUED, State.RUNNING))
        return db.scalar(select(func.count()).select_from(StageRow).where(unfinished)) or 0
