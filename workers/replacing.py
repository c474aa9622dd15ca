"""A child that has ended is replaced at once.

Celery 5.6 hears that a child closes its files, which is a moment before the child has ended. It looks once, mostly in
vain, and then not before its next round, each five seconds: the worker of an only child does nothing until then.

Ingest workers have one child, which is replaced after some messages; others have several, or nobody waits for them. It
is not done for them: a turn of a worker's loop takes half a millisecond.
"""

from typing import Any

from celery.worker.consumer.tasks import Tasks

from workers.app import app
from workers.repeating import Repeating

LOOK_SECONDS = 0.2


class Replacing(Repeating):
    """Looks for ended children."""

    requires = (Tasks,)

    def include_if(self, consumer: Any) -> bool:
        """In ingest workers."""
        return "ingest" in consumer.app.amqp.queues.consume_from

    def start(self, consumer: Any) -> None:
        """Begin to look."""
        self.repeat(consumer, LOOK_SECONDS, consumer.pool.maintain_pool)


app.steps["consumer"].add(Replacing)
