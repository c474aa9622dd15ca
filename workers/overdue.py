"""A task killed at the hard time limit leaves no word; its worker says for it which articles it was at."""

import logging
from typing import Any

from celery.worker import state
from celery.worker.request import Request
from kombu.exceptions import OperationalError

from workers.app import SWEEP_QUEUE

log = logging.getLogger(__name__)


class StageRequest(Request):  # type: ignore[misc]  # Celery has no types
    """A task taken by this worker. `workers.app.StageTask` names it."""

    def on_timeout(self, soft: bool, timeout: float) -> None:
        """At the hard limit, but not in a cold stop, tell `tasks.overdue`."""
        super().on_timeout(soft, timeout)
        if soft or state.should_terminate:
            return
        told: tuple[str, list[Any]] = (self.name, list(self.args))
        try:
            self.app.send_task("desk.overdue", told, queue=SWEEP_QUEUE)
        except OperationalError as error:
            log.warning("the queue does not learn that %s of %s was killed: %s", *told, error)
