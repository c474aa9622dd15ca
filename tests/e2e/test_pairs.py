"""Two articles at the same instant in two worker processes find each other, both ways, every time."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import func, select
from waiting import wait_until

from models.neighbour import Neighbour
from models.session import session
from models.stage import ENDS, Lane, Stage, StageRow, State
from nlp.formats import Document
from tasks.ingest import ingest
from tasks.queue import publish
from tasks.receive import receive
from workers.app import app

ROUNDS = 200
STORY = (
    "This is story {n} of pair {pair}, and it is long enough to be taken for an article by the desk that reads it. "
    "Nobody in it does anything of note, and it names no place, no person and no house of any kind at all. "
    "What it says is that two of a pair are alike, and that the two of every other pair are unlike them."
)


@pytest.fixture
def two_processes(worker_of: Callable[..., AbstractContextManager[None]]) -> Iterator[None]:
    """An nlp worker of two child processes that wait for each other."""
    with worker_of("paired", nlp_processes=2):
        yield


def test_two_articles_at_the_same_instant_always_find_each_other(two_processes: None) -> None:
    pairs = []
    for pair in range(ROUNDS):
        both = [Document("text", STORY.format(n=n, pair=pair), title=f"Of pair {pair}", source=f"{n}") for n in (1, 2)]
        pairs.append([received.article_id for received in receive(both)])
    ids = [article_id for pair in pairs for article_id in pair]
    ingest(*ids)
    with app.connection_for_write() as connection:
        for queue in ("ingest", "nlp"):
            connection.default_channel.queue_purge(queue)
    publish((article_id, Stage.NEIGHBOURS, Lane.LIVE) for article_id in ids)
    wait_until(lambda: _ended() == len(ids), "all are linked", seconds=120)
    with session() as db:
        assert not db.scalar(select(func.count()).where(StageRow.state == State.FAILED))
        found = set(map(tuple, db.execute(select(Neighbour.article_id, Neighbour.neighbour_id))))
    assert {(a, b) for a, b in pairs} | {(b, a) for a, b in pairs} <= found


def _ended() -> int:
    with session() as db:
        ended = (StageRow.name == Stage.NEIGHBOURS, StageRow.state.in_(ENDS))
        return db.scalar(select(func.count()).select_from(StageRow).where(*ended)) or 0
