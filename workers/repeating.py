"""A step of a worker that does something again and again while the worker is connected."""

from collections.abc import Callable
from typing import Any

from celery import bootsteps


class Repeating(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery has no types
    """Begins when its `start` calls `repeat`, ends with the connection or the worker."""

    def __init__(self, consumer: Any, **options: Any) -> None:
        self._timer: Any = None
        super().__init__(consumer, **options)

    def repeat(self, consumer: Any, seconds: float, what: Callable[..., object], *given: object) -> None:
        """Call `what(*given)` every so many seconds, in the worker's own thread: it must not take long."""
        self._timer = consumer.timer.call_repeatedly(seconds, what, given)

    def stop(self, consumer: Any) -> None:
        """Call it no more."""
        if self._timer is not None:
            self._timer.cancel()

    def shutdown(self, consumer: Any) -> None:
        """Likewise."""
        self.stop(consumer)
