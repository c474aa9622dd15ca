"""The threads pool, able to let go of a task and to stop: Celery's own can do neither."""

from typing import Any

from celery.concurrency import thread
from celery.worker import state

from workers.runtime import runtime


class TaskPool(thread.TaskPool):  # type: ignore[misc]  # Celery has no types
    """Threads around shared engines. Its tasks know no time limit: what waits for a batcher does."""

    def terminate_job(self, pid: int, signal: Any = None) -> None:
        """Let a task go whose message is given back, after the broker was away and before a cold stop.

        A thread cannot be killed. It may end, too late: then its claim is void, and it writes nothing.
        """

    def on_stop(self) -> None:
        """Wait for all threads; in a cold stop they are told that no answers will come."""
        if state.should_terminate:
            for batcher in runtime().batchers:
                batcher.close()
        super().on_stop()
