"""The sweep queues again what was lost, and nothing else."""

import json
from base64 import b64decode
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, text, update

from models.session import session
from models.stage import Lane, Stage, StageRow, State
from nlp.formats import Document
from tasks.queue import live_waits, messages, publish
from tasks.receive import receive
from tasks.sweep import LOCK, recover, sweep
from workers.app import app
from workers.life import WORKERS


@pytest.fixture
def received(desk: Path, document: Callable[..., Document]) -> list[int]:
    """Five articles, queued long ago."""
    ids = [r.article_id for r in receive([document(f"Strike, day {day}") for day in range(5)])]
    with session() as db:
        db.execute(update(StageRow).values(queued_at=func.now() - timedelta(hours=1)))
    return ids


def _lose(queue: str = "ingest") -> None:
    with app.connection_for_write() as connection:
        connection.default_channel.queue_purge(queue)


def test_messages_that_the_broker_lost_are_sent_again(received: list[int]) -> None:
    _lose()
    sweep()
    assert _in_the_queue() == set(received)


def test_messages_that_still_wait_are_not_sent_again(received: list[int]) -> None:
    sweep()
    assert messages("ingest") == 5


def test_what_was_queued_before_the_message_that_is_next_is_lost_and_what_comes_after_it_has_time(
    received: list[int],
) -> None:
    _lose()
    with session() as db:
        for hours, article_id in enumerate(received):  # the last was queued first
            longer = func.now() - timedelta(hours=hours + 1)
            db.execute(update(StageRow).where(StageRow.article_id == article_id).values(queued_at=longer))
    publish([(received[2], Stage.INGEST, Lane.LIVE)])
    sweep()
    assert _in_the_queue() == set(received[2:])
    _lose()  # all is taken, and now the sweep sees further
    sweep()
    assert _in_the_queue() == set(received[:3])


def test_a_message_that_is_not_ours_stops_no_sweep(received: list[int]) -> None:
    _lose()
    with app.connection_for_write() as connection:
        app.amqp.Producer(connection).publish({"anything": 1}, routing_key="ingest")
        sweep()
        assert messages("ingest") == 1  # what is behind it cannot be told
        connection.default_channel.client.rpop("ingest")
    sweep()
    assert _in_the_queue() == set(received)


def test_messages_of_several_articles_are_lost_and_sent_again_like_others(
    desk: Path, document: Callable[..., Document]
) -> None:
    ids = {r.article_id for r in receive([document(f"Strike, day {day}") for day in range(200)])}
    assert messages("ingest") < 100
    _lose()
    with session() as db:
        db.execute(update(StageRow).values(queued_at=func.now() - timedelta(hours=1)))
    sweep()
    assert _in_the_queue() == ids
    assert messages("ingest") < 100


def test_what_was_lost_is_sent_again_while_newer_messages_wait(
    received: list[int], document: Callable[..., Document]
) -> None:
    _lose()
    newer = receive([document(f"Newer, {n}") for n in range(20)])
    sweep()
    assert _in_the_queue() == {*received, *(r.article_id for r in newer)}


def test_what_was_swept_is_left_alone_by_the_next_sweep(received: list[int]) -> None:
    _lose()
    sweep()
    _lose()
    sweep()
    assert messages("ingest") == 0


def test_what_was_lost_is_taken_next_in_the_order_in_which_it_was_queued(
    received: list[int], document: Callable[..., Document]
) -> None:
    _lose()
    with session() as db:
        for hours, article_id in enumerate(received):
            older = func.now() - timedelta(hours=hours + 1)
            db.execute(update(StageRow).where(StageRow.article_id == article_id).values(queued_at=older))
    newer = receive([document("Newer")])[0].article_id
    sweep()
    assert _taken() == [received[::-1], [newer]]


def test_what_is_put_ahead_makes_no_message_behind_it_look_lost(
    received: list[int], document: Callable[..., Document]
) -> None:
    last = receive([document("The last")])[0].article_id
    publish([(last, Stage.INGEST, Lane.LIVE)], first=True)
    sweep()
    assert messages("ingest") == 5 + 1 + 1


def test_while_all_that_is_looked_through_was_put_ahead_nothing_counts_as_lost(received: list[int]) -> None:
    _lose()
    publish([(received[0], Stage.INGEST, Lane.LIVE)], first=True)
    sweep()
    assert messages("ingest") == 1


def test_who_has_asked_for_workers_before_reaches_the_queue_all_the_same(received: list[int]) -> None:
    """A ping leaves its connection waiting for an answer, and goes back to where the next sender takes one."""
    for _ in range(3):
        assert app.control.ping(timeout=0.1) == []
        publish([(received[-1], Stage.INGEST, Lane.LIVE)], first=True)
        assert live_waits(Stage.INGEST)
    assert app.control.ping(timeout=1.5) == []
    assert _taken()[:3] == [[received[-1]]] * 3


def test_a_stage_just_queued_is_given_time(received: list[int]) -> None:
    _lose()
    with session() as db:
        db.execute(update(StageRow).values(queued_at=func.now()))
    sweep()
    assert messages("ingest") == 0


def test_a_stage_left_running_by_a_dead_worker_is_queued_again(received: list[int]) -> None:
    _lose()
    with session() as db:
        db.execute(update(StageRow).values(state=State.RUNNING, started_at=func.now() - timedelta(hours=1)))
    sweep()
    assert _in_the_queue() == set(received)


def test_a_stage_that_runs_within_its_time_is_left_alone(received: list[int]) -> None:
    _lose()
    with session() as db:
        db.execute(update(StageRow).values(state=State.RUNNING, started_at=func.now()))
    sweep()
    assert messages("ingest") == 0


def test_what_a_dead_worker_left_running_is_queued_again_once_and_a_living_ones_is_not(received: list[int]) -> None:
    _lose()
    with app.connection_for_write() as connection:
        client = connection.default_channel.client
        client.sadd(WORKERS, "dead", "alive")
        client.set("copydesk.alive.alive", 1, px=60_000)
    with session() as db:
        tried = (("dead", 50), ("dead", 50), ("alive", 50), (None, 50), ("dead", 0))
        for article_id, (worker, seconds) in zip(received, tried, strict=True):
            started = func.now() - timedelta(seconds=seconds)
            mine = update(StageRow).where(StageRow.article_id == article_id)
            db.execute(mine.values(state=State.RUNNING, worker=worker, started_at=started))
    sweep()
    assert _in_the_queue() == set(received[:2])  # what "dead" started just now shows that it lives
    sweep()
    assert messages("ingest") == 1  # for both


def test_a_dead_worker_is_known_by_what_it_left_running_when_the_broker_has_forgotten_it(received: list[int]) -> None:
    _lose()
    with session() as db:
        started = func.now() - timedelta(seconds=50)
        db.execute(update(StageRow).values(state=State.RUNNING, worker="forgotten", started_at=started))
    sweep()
    assert _in_the_queue() == set(received)


@pytest.mark.parametrize("state", [State.DONE, State.FAILED, State.SKIPPED])
def test_ended_stages_are_left_alone(received: list[int], state: State) -> None:
    _lose()
    with session() as db:
        db.execute(update(StageRow).values(state=state))
    sweep()
    assert messages("ingest") == 0


def test_one_sweep_runs_at_a_time(received: list[int]) -> None:
    _lose()
    with session() as db:
        db.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        sweep()
        assert messages("ingest") == 0


def test_a_new_desk_queues_at_once_what_the_killed_one_was_at_or_had_lost(received: list[int]) -> None:
    _lose()
    publish((article_id, Stage.INGEST, Lane.LIVE) for article_id in received[:2])
    with session() as db:
        db.execute(update(StageRow).values(queued_at=func.now()))
        db.execute(update(StageRow).where(StageRow.article_id == received[4]).values(state=State.RUNNING))
    recover()
    assert _in_the_queue() == set(received)


def _in_the_queue() -> set[int]:
    """The articles whose ingest has a message; one may have two."""
    return {i for ids in _taken() for i in ids}


def _taken() -> list[list[int]]:
    """The articles of each message, in the order in which they will be taken."""
    with app.connection_for_read() as connection:
        raw = connection.default_channel.client.lrange("ingest", 0, -1)
    return [json.loads(b64decode(json.loads(message)["body"]))[0] for message in reversed(raw)]
