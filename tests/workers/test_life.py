"""What a dead worker had taken is known apart from what others have, and goes back to its queue."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.stage import Lane, Stage
from tasks.queue import messages, publish
from workers.app import app
from workers.life import WORKERS, dead, put_all_back, put_back


@pytest.fixture
def take(desk: Path) -> Callable[[str], None]:
    """Takes the next message as this worker would, and does not finish it."""

    def taken(worker: str) -> None:
        with app.connection_for_write() as connection:
            client = connection.default_channel.client
            message: dict[str, Any] = json.loads(client.rpop("ingest"))
            tag = message["properties"]["delivery_tag"]
            client.hset(f"unacked.{worker}", tag, json.dumps([message, "", "ingest"]))
            client.zadd(f"unacked.{worker}.index", {tag: 2e10})  # by a clock that goes ahead
            client.sadd(WORKERS, worker)

    return taken


def _live(worker: str, milliseconds: int) -> None:
    with app.connection_for_write() as connection:
        connection.default_channel.client.set(f"copydesk.alive.{worker}", 1, px=milliseconds)


def _left() -> list[str]:
    with app.connection_for_write() as connection:
        return sorted(name.decode() for name in connection.default_channel.client.keys("unacked*"))


def test_what_one_dead_worker_had_is_put_back_and_what_others_have_is_not(take: Callable[[str], None]) -> None:
    publish((i, Stage.INGEST, Lane.LIVE) for i in (1, 2, 3))
    take("dead")
    take("alive")
    _live("alive", 60_000)
    assert dead() == ["dead"]
    [message] = put_back("dead")
    assert message["headers"]["task"] == "article.ingest"
    assert messages("ingest") == 2
    assert _left() == ["unacked.alive", "unacked.alive.index"]
    assert dead() == []


def test_a_new_desk_puts_back_what_all_workers_of_the_last_one_had(take: Callable[[str], None]) -> None:
    publish((i, Stage.INGEST, Lane.LIVE) for i in (1, 2))
    take("one")
    take("other")
    put_all_back()
    assert messages("ingest") == 2
    assert _left() == []
