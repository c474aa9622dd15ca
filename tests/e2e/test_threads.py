"""An nlp worker whose threads share the engines: the same results as single calls, and nothing lost."""

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select, text
from waiting import wait_until

from models.article import Article
from models.entity import Mention
from models.session import session
from models.stage import StageRow, State
from models.summary import Summary
from nlp.formats import Document
from tasks.entities import tag_entities
from tasks.ingest import ingest
from tasks.receive import receive
from tasks.summarize import summarize
from tasks.sweep import recover
from workers.app import app
from workers.desk import Desk
from workers.life import put_all_back

ARTICLES = 60
STORY = (
    "Fishers of {town} found {count} tonnes of plastic in their nets between March and the end of October. "
    "The harbour master Ines Holt said that the port of {town} had no room left to store it. "
    "A plant in Rotterdam wants to turn the nets into carpets, and the European Union pays half of the cost. "
    "Boats from Denmark and Norway will join in next spring if the first winter goes well."
)


@pytest.fixture
def threads(setting: Callable[..., None], request: pytest.FixtureRequest) -> Desk:
    """An ingest worker, and an nlp worker with the threads pool."""
    setting(nlp_pool="threads")
    running: Desk = request.getfixturevalue("workers")
    return running


def _receive() -> list[int]:
    towns = ["Esbjerg", "Whitby", "Ostend", "Cuxhaven", "Brest", "Peterhead"]
    stories = [STORY.format(town=towns[i % 6], count=i + 2) for i in range(ARTICLES)]
    documents = [Document("text", story, title=f"Nets, week {i}", source="Coast") for i, story in enumerate(stories)]
    return [received.article_id for received in receive(documents)]


def _rows() -> list[Any]:
    """Every summary and mention by the article's title."""
    with session() as db:
        summaries = db.execute(select(Article.title, Summary.sentences).join(Summary)).all()
        mentions = db.execute(select(Article.title, Mention.start, Mention.end, Mention.score).join(Mention)).all()
    return [sorted(map(repr, summaries)), sorted(map(repr, mentions))]


def _count(*which: Any) -> int:
    with session() as db:
        return db.scalar(select(func.count()).select_from(StageRow).where(*which)) or 0


def _done() -> int:
    return _count(StageRow.state == State.DONE)


def _tended(desk: Desk) -> bool:
    assert desk.tend()
    return True


def test_threads_killed_in_the_middle_lose_nothing_and_write_what_single_calls_write(
    threads: Desk, ended: Callable[[int], bool]
) -> None:
    _receive()
    wait_until(lambda: _done() > 70, "work is under way")
    for pid in threads.pids().values():
        os.kill(pid, signal.SIGKILL)  # whole workers: their messages stay unacknowledged
    wait_until(lambda: not app.control.ping(timeout=0.5), "no worker answers")
    put_all_back()  # as the next start of the desk does
    recover()
    wait_until(lambda: _tended(threads) and ended(ARTICLES), "all is done after the restart", seconds=120)
    assert _count(StageRow.attempts > 1) > 0, "nothing was interrupted"
    assert _count(StageRow.state != State.DONE) == 0
    by_threads = _rows()

    threads.stop()
    with session() as db:
        db.execute(text("truncate articles, entities restart identity cascade"))
    for article_id in _receive():
        for task in (ingest, summarize, tag_entities):
            task(article_id)
    assert by_threads == _rows()


def test_threads_outlive_a_cut_to_the_broker(threads: Desk, ended: Callable[[int], bool]) -> None:
    before = threads.pids()["nlp"]
    _receive()
    wait_until(lambda: _done() > 70, "work is under way")
    with app.connection_for_write() as connection:
        connection.default_channel.client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    wait_until(lambda: ended(ARTICLES), "all is done after the cut", seconds=120)
    assert threads.tend()
    assert threads.pids()["nlp"] == before
    assert _count(StageRow.state != State.DONE) == 0
