"""A child that has ended is replaced at once. Celery 5.6 looks for ended children every five seconds, and until then a
worker of one child does nothing.
"""

from typing import Any

from celery import bootsteps
from celery.worker.consumer.tasks import Tasks

from workers.app import app

LOOK_SECONDS = 0.1


class Replacing(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery has no types
    """Looks for ended children; a pool of threads has none, and does nothing when asked."""

    requires = (Tasks,)

    def __init__(self, consumer: Any, **options: Any) -> None:
        self._timer: Any = None
        super().__init__(consumer, **options)

    def start(self, consumer: Any) -> None:
        """Begin to look."""
        self._timer = consumer.timer.call_repeatedly(LOOK_SECONDS, consumer.pool.maintain_pool)

    def stop(self, consumer: Any) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()

    shutdown = stop


app.steps["consumer"].add(Replacing)
