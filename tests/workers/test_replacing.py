"""A child that has ended is looked for often, not every five seconds as Celery does."""

from types import SimpleNamespace

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


def test_every_worker_process_has_this_step():
    assert Replacing in process.app.steps["consumer"]
