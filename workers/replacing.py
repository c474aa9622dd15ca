"""A child that has ended is replaced at once.

Celery 5.6 hears that a child closes its files, which is a moment before the child has ended. It looks once, mostly in
vain, and then not before its next round, each five seconds: the worker of an only child does nothing until then.
"""

from typing import Any

from celery.worker.consumer.tasks import Tasks

from workers.app import app
from workers.repeating import Repeating

LOOK_SECONDS = 0.1


class Replacing(Repeating):
    """Looks for ended children; a pool of threads has none, and does nothing when asked."""

    requires = (Tasks,)

    def start(self, consumer: Any) -> None:
        """Begin to look."""
        self.repeat(consumer, LOOK_SECONDS, consumer.pool.maintain_pool)


app.steps["consumer"].add(Replacing)
