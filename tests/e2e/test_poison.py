"""An article that ends or stops its worker is failed with its reason, and takes no other along."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select
from waiting import wait_until

from models.article import Article
from models.session import session
from models.stage import ENDS, Lane, Stage, StageRow, State
from nlp.formats import Document
from tasks.ingest import ingest
from tasks.queue import publish
from tasks.receive import receive
from workers.app import app

STORY = (
    "Crews in {word} worked through the night after the river rose by {n} metres within a few hours. "
    "Mayor Ellen Marsh said that 400 people had left their homes and slept in the school of the town. "
    "The weather service expects that the water will fall again by Sunday, but more rain is on its way."
)


@pytest.fixture
def poisoned(worker_of: Callable[..., AbstractContextManager[None]]) -> Iterator[None]:
    """An nlp worker of one child whose tagger is poisoned, with two tries and five seconds for each."""
    with worker_of("poisoned", attempts=2, stage_seconds=5, nlp_processes=1):
        yield


@pytest.mark.parametrize(
    ("word", "reason"),
    [("Medusa", "the worker process died in each of 2 attempts"), ("Sisyphus", "took longer than 5 s")],
)
def test_a_poisonous_article_fails_alone_though_it_shares_a_message(poisoned: None, word: str, reason: str) -> None:
    documents = [
        Document("text", STORY.format(word=word if n == 3 else "Ludlow", n=n + 2), title=f"Day {n}") for n in range(8)
    ]
    ids = [r.article_id for r in receive(documents)]
    with app.connection_for_write() as connection:
        connection.default_channel.client.flushall()
    for article_id in ids:
        ingest(article_id)
    with app.connection_for_write() as connection:
        connection.default_channel.queue_purge("nlp")
    publish(((i, Stage.ENTITIES, Lane.LIVE) for i in ids), together=8)
    wait_until(lambda: all(state in ENDS for state, _ in _entities().values()), "all have ended", seconds=90)
    found = _entities()
    assert {title for title, (state, _) in found.items() if state != State.DONE} == {"Day 3"}
    assert reason in found["Day 3"][1]


def _entities() -> dict[str, tuple[str, str]]:
    with session() as db:
        wanted = select(Article.title, StageRow.state, StageRow.reason).join(StageRow)
        rows = db.execute(wanted.where(StageRow.name == Stage.ENTITIES))
        return {title: (state, reason or "") for title, state, reason in rows}
