"""A supervised child's record: when it started, how often it died, when it is due again."""

import time
from dataclasses import dataclass

from workers.child import Child
from workers.logs import Follower


@dataclass(frozen=True)
class Patience:
    """How a process that dies is revived: after `first` seconds, twice as long each time, up to `longest`.

    Dying within `quick` seconds of its start counts against it; the `deaths`th such death in a row stops the desk.
    """

    first: float = 1.0
    longest: float = 30.0
    quick: float = 30.0
    deaths: int = 5


class Kept:
    """A child that is kept running."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.name = child.process.name
        self.follower = Follower(child.log)
        self.started = 0.0
        self.quick_deaths = 0
        self.due: float | None = None  # when to start it again, if it is dead

    def start(self) -> None:
        self.due, self.started = None, time.monotonic()
        self.child.start()

    def note_death(self, patience: Patience) -> float | None:
        """Seconds until it is due again, or None if it has died too often."""
        quick = time.monotonic() - self.started < patience.quick
        self.quick_deaths = self.quick_deaths + 1 if quick else 0
        if self.quick_deaths >= patience.deaths:
            return None
        pause: float = min(patience.first * 2 ** max(0, self.quick_deaths - 1), patience.longest)
        self.due = time.monotonic() + pause
        return pause
