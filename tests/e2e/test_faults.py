"""Killed hard in the middle of work, the desk loses nothing and does nothing twice."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text
from waiting import wait_until

from config.settings import settings
from models.article import Article
from models.entity import Mention
from models.neighbour import Neighbour
from models.session import session
from models.stage import StageRow, State
from models.summary import Summary
from nlp.formats import Document
from tasks.queue import messages
from tasks.receive import receive
from tasks.sweep import recover, sweep
from workers.app import app
from workers.desk import Desk
from workers.life import put_all_back

ARTICLES = 60
STORY = (
    "Crews in {town} worked through the night after the river rose by {metres} metres within a few hours. "
    "Mayor Ellen Marsh of {town} said that 400 people had left their homes and slept in the school. "
    "The weather service expects that the water will fall again by Sunday, but more rain is on its way. "
    "Trains between {town} and London were stopped, and the army sent two helicopters to help."
)


def _documents() -> list[Document]:
    towns = ["Worcester", "Bewdley", "Ludlow", "Shrewsbury", "Gloucester", "Tewkesbury"]
    return [
        Document("text", STORY.format(town=towns[i % 6], metres=i + 2), title=f"Flood, day {i}", source="Herald")
        for i in range(ARTICLES)
    ]


def _done() -> int:
    with session() as db:
        return db.scalar(select(func.count()).where(StageRow.state == State.DONE)) or 0


def _rows() -> list[Any]:
    """Every result by the article's title: what an undisturbed desk would have written, too."""
    with session() as db:
        summaries = db.execute(select(Article.title, Summary.sentences).join(Summary)).all()
        mentions = db.execute(select(Article.title, Mention.start, Mention.end).join(Mention)).all()
    return [sorted(map(repr, summaries)), sorted(map(repr, mentions))]


def _pool(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_killed_workers_lose_nothing_and_write_nothing_twice(workers: Desk, ended: Callable[[int], bool]) -> None:
    receive(_documents())
    wait_until(lambda: ended(ARTICLES), "an undisturbed run is done", seconds=120)
    undisturbed = _rows()
    with session() as db:
        db.execute(text("truncate articles, entities restart identity cascade"))

    receive(_documents())
    wait_until(lambda: _done() > 20, "work is under way")
    os.kill(_pool(workers.pids()["nlp"])[-1], signal.SIGKILL)  # one child, as the memory killer does
    wait_until(lambda: _done() > 60, "work goes on without the child")
    killed = [workers.pids()[name] for name in ("nlp", "ingest")]
    pools = [child for pid in killed for child in _pool(pid)]
    for pid in killed:
        os.kill(pid, signal.SIGKILL)  # the whole worker: its messages stay unacknowledged
    wait_until(lambda: not any(map(_lives, pools)), "their pools died with them")
    put_all_back()  # as the next start of the desk does
    recover()
    wait_until(lambda: _tended(workers) and ended(ARTICLES), "all is done after the workers' restart", seconds=120)

    assert _rows() == undisturbed
    with session() as db:
        assert db.scalar(select(func.count()).where(StageRow.attempts > 1)) > 0, "nothing was interrupted"
        assert db.scalar(select(func.count()).where(StageRow.state != State.DONE)) == 0
        rows = db.execute(select(Neighbour.article_id, Neighbour.neighbour_id, Neighbour.score))
        scores = {(a, b): score for a, b, score in rows}
    assert scores
    for (a, b), score in scores.items():  # both ways, unless the other's list is full of better ones
        better = [found for (of, _), found in scores.items() if of == b and found >= score]
        assert (b, a) in scores or len(better) >= settings().neighbours


def test_a_broker_that_forgets_everything_costs_one_sweep(
    workers: Desk, ended: Callable[[int], bool], setting: Callable[..., None]
) -> None:
    receive(_documents())
    wait_until(lambda: _done() > 20, "work is under way")
    with app.connection_for_write() as connection:
        connection.default_channel.client.flushall()
    setting(lost_seconds=1)

    def swept() -> bool:
        if messages("ingest") + messages("nlp") == 0:
            sweep()
        return ended(ARTICLES)

    wait_until(swept, "the sweep found what the broker forgot", seconds=120)


def _lives(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _tended(desk: Desk) -> bool:
    assert desk.tend()
    return True
