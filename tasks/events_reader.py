"""Reads ended stages as they come, each once, though they are committed out of order."""

from models.session import transaction
from tasks.events import LATE, Ended, Place, clock, ended, events

MOST_READ = 2000  # ends read at once


class Reader:
    """Where one reader is. From each look it goes back by LATE, and leaves out what it has told."""

    def __init__(self) -> None:
        """Begin now: what has ended before is not told."""
        self._told: dict[Place, None] = {}
        with transaction() as db:
            self._now = clock(db)
            self._after = _back(self._now)
            while places := ended(db, self._after, MOST_READ):
                self._told |= dict.fromkeys(places)
                self._after = places[-1]
        self._after = _back(self._now)

    def read(self) -> tuple[list[Ended], bool]:
        """What has ended since, in order, and whether there is more to be read at once. One short transaction."""
        with transaction() as db:
            now = clock(db)
            places = ended(db, self._after, MOST_READ)
            new = [place for place in places if place not in self._told]
            found = events(db, new) if new else []
        self._told |= dict.fromkeys(new)
        more = len(places) == MOST_READ
        if more:
            self._after = places[-1]
        else:  # the look is over; the next one begins at what may have been committed late
            self._after = _back(self._now)
            self._now = now
            self._told = {place: None for place in self._told if place >= self._after}
        return found, more


def _back(place: Place) -> Place:
    return place[0] - LATE, 0, ""
