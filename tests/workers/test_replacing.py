"""A child that has ended is looked for often, not every five seconds as Celery does."""

from types import SimpleNamespace

import pytest

from workers import process
from workers.replacing import Replacing


class Timer:
    """Notes what it is to call, and how often."""

    def __init__(self):
        self.calls = []

    def call_repeatedly(self, seconds, what, given):
        assert given == ()
        self.calls.append((seconds, what))
        return SimpleNamespace(cancel=lambda: self.calls.remove((seconds, what)))


def test_a_worker_has_its_pool_replace_ended_children_several_times_a_second():
    consumer = SimpleNamespace(timer=Timer(), pool=SimpleNamespace(maintain_pool=lambda: None))
    step = Replacing(consumer)
    step.start(consumer)
    [(seconds, what)] = consumer.timer.calls
    assert what is consumer.pool.maintain_pool
    assert seconds <= 0.5
    step.stop(consumer)
    assert consumer.timer.calls == []


@pytest.mark.parametrize(("queues", "looks"), [({"ingest", "sweep"}, True), ({"nlp", "nlp.backfill"}, False)])
def test_workers_whose_only_child_is_replaced_all_the_time_have_this_step(queues, looks):
    app = SimpleNamespace(amqp=SimpleNamespace(queues=SimpleNamespace(consume_from=queues)))
    assert Replacing in process.app.steps["consumer"]
    assert Replacing.include_if(None, SimpleNamespace(app=app)) is looks
