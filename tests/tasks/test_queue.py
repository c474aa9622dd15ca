"""What happens when the queue takes no messages."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, update

from models.session import session
from models.stage import Stage, StageRow, State
from nlp.formats import Document
from tasks.health import health
from tasks.queue import messages
from tasks.receive import receive
from tasks.sweep import sweep
from workers.app import app


@pytest.fixture
def full_broker(desk: Path) -> Iterator[Callable[[], None]]:
    """A broker out of memory, and a function that gives it room again."""

    def limit(size: int) -> None:
        with app.connection_for_write() as connection:
            connection.default_channel.client.config_set("maxmemory", size)

    limit(1)
    yield lambda: limit(0)
    limit(0)


def test_an_article_is_accepted_while_the_queue_is_full_and_sent_by_a_later_sweep(
    full_broker: Callable[[], None], document: Callable[..., Document], stage: Callable[..., StageRow]
) -> None:
    article_id = receive([document()])[0].article_id
    assert stage(article_id, Stage.INGEST).state == State.QUEUED
    assert messages("ingest") == 0
    full_broker()
    with session() as db:
        db.execute(update(StageRow).values(queued_at=func.now() - timedelta(hours=1)))
    sweep()
    assert messages("ingest") == 1


def test_health_says_that_the_queue_is_full_instead_of_failing(full_broker: Callable[[], None]) -> None:
    found = health()
    assert not found["ok"]
    assert "REDIS_URL" in found["broker"]["problem"]
