"""An ingest worker leaves a backfill alone while nlp workers have enough of it."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from models.stage import Lane, Stage
from tasks.queue import publish
from workers.app import app
from workers.pressure import HIGH, INGEST, LOW, NLP, _look


@pytest.fixture
def consumer(desk: Path) -> Iterator[Any]:
    """As Celery's, with the real connection; `taken` are the queues it takes messages from."""
    taken = {"ingest", INGEST}
    with app.connection_for_write() as connection:
        yield SimpleNamespace(
            connection=connection,
            taken=taken,
            task_consumer=SimpleNamespace(consuming_from=taken.__contains__),
            add_task_queue=taken.add,
            cancel_task_queue=taken.discard,
        )


def _wait(messages: int) -> None:
    with app.connection_for_write() as connection:
        connection.default_channel.queue_purge(NLP)
    publish((n, Stage.SUMMARY, Lane.BACKFILL) for n in range(messages))


def test_it_stops_above_the_higher_mark_and_goes_on_below_the_lower(consumer: Any) -> None:
    taking = []
    for waiting in (HIGH, HIGH + 1, HIGH, LOW, LOW - 1, LOW + 1):
        _wait(waiting)
        _look(consumer)
        taking.append(INGEST in consumer.taken)
    assert taking == [True, False, False, False, True, True]
    assert "ingest" in consumer.taken


def test_a_lost_connection_is_left_to_the_consumer(consumer: Any) -> None:
    consumer.connection = None
    _look(consumer)
    assert INGEST in consumer.taken
