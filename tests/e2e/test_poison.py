"""An article that ends or stops its worker is failed with its reason, and takes no other along."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import func, select
from waiting import wait_until

from models.article import Article
from models.session import session
from models.stage import ENDS, Lane, Stage, StageRow, State
from nlp.formats import Document
from tasks.ingest import ingest
from tasks.queue import publish
from tasks.receive import receive
from workers.app import KILL_SECONDS, app

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
    [
        ("Medusa", "the worker process died in each of 2 attempts"),
        ("Sisyphus", "took longer than 5 s"),
        ("Behemoth", "MemoryError"),
    ],
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
    wait_until(lambda: all(state in ENDS for state, _ in _ends(Stage.ENTITIES).values()), "all have ended", seconds=90)
    found = _ends(Stage.ENTITIES)
    assert {title for title, (state, _) in found.items() if state != State.DONE} == {"Day 3"}
    assert reason in found["Day 3"][1]


def test_pages_that_crash_hang_or_swell_the_parser_fail_alone_and_keep_others_waiting_for_their_share_only(
    worker_of: Callable[..., AbstractContextManager[None]],
) -> None:
    """One child, two tries: each poison may take a child's start or a time limit from the others, and no more."""
    words = {2: "Medusa", 4: "Tantalus", 6: "Behemoth"}
    with worker_of("poisoned", "ingest", attempts=2, stage_seconds=5, ingest_processes=1):
        documents = [
            Document("text", STORY.format(word=words.get(n, "Ludlow"), n=n + 2), title=f"Day {n}", source="Hell")
            for n in range(12)
        ]
        receive(documents)
        wait_until(lambda: all(state in ENDS for state, _ in _ends(Stage.INGEST).values()), "all have ended", 90)
    found = _ends(Stage.INGEST)
    assert {title: reason for title, (state, reason) in found.items() if state != State.DONE} == {
        "Day 2": "the worker process died in each of 2 attempts",
        "Day 4": "took longer than 5 s, and its process had to be killed",
        "Day 6": "attempt 2: MemoryError: ",
    }
    with session() as db:
        took = func.extract("epoch", func.max(StageRow.finished_at) - func.min(StageRow.queued_at))
        seconds = float(db.scalar(select(took).where(StageRow.state == State.DONE, StageRow.name == Stage.INGEST)) or 0)
    one_try, starts = 5 + KILL_SECONDS, 20
    assert seconds < one_try + starts, "others waited for more than the first try of the one that hangs"


def _ends(stage: Stage) -> dict[str, tuple[str, str]]:
    with session() as db:
        wanted = select(Article.title, StageRow.state, StageRow.reason).join(StageRow)
        rows = db.execute(wanted.where(StageRow.name == stage))
        return {title: (state, reason or "") for title, state, reason in rows}
