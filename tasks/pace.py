"""How far a worker goes on with the articles of its message before others may have the rest."""

import time

from models.stage import Lane, Stage
from tasks.queue import live_waits, nobody_waits

TOGETHER_SECONDS = 10.0  # then the rest goes back, each article in a message of its own
SHARE_SECONDS = 0.5  # between looks whether other workers have nothing to do


class Pace:
    """Asked after each article of one message."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._begun = self._looked = time.monotonic()

    def give_up(self, lane: Lane, left: int) -> tuple[int, int]:
        """How many of the articles that are left are to go back, and how many of these may share a message.

        All, when the message has taken long, each alone; and those of a backfill, when a live article waits. Half of
        them, when no message waits, so that another worker may have nothing to do.
        """
        now = time.monotonic()
        if now - self._begun > TOGETHER_SECONDS:
            return left, 1
        if lane is Lane.BACKFILL and left and live_waits(self._stage):
            return left, left
        if left > 1 and now - self._looked > SHARE_SECONDS:
            self._looked = now
            if nobody_waits(self._stage, lane):
                return left // 2, left // 2
        return 0, 1
