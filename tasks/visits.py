"""One visit to other sites, as a good guest: allowed by robots.txt, and not before its turn."""

import time
from urllib.parse import urlsplit

from config.settings import settings
from tasks.errors import Later, Unusable
from tasks.politeness import take_turn
from tasks.robots import allows, gap, rules_for


class Visit:
    """What one task, or one user at a door, fetches in one go. Redirects within a host are one request to it."""

    def __init__(self, patience: float = 0.0) -> None:
        """`patience`: seconds a door may sleep for its turn. A worker has none: its task goes back to the queue."""
        self._until = time.monotonic() + patience
        self._entered: set[str] = set()

    def enter(self, url: str) -> None:
        """Go on to this address. Raises Unusable when robots.txt forbids it, Later when it is not our turn."""
        rules = rules_for(url, self._ask_for_robots) if settings().obey_robots else None
        if rules is not None and not allows(rules, url):
            raise Unusable(f"{url} is not to be fetched, says the robots.txt of its site.")
        host = _host(url)
        if host not in self._entered:
            self._take_turn(host, gap(rules))
            self._entered.add(host)

    def _ask_for_robots(self, url: str) -> None:
        self._take_turn(_host(url), settings().host_seconds)

    def _take_turn(self, host: str, apart: float) -> None:
        while True:
            try:
                return take_turn(host, apart)
            except Later as later:
                if time.monotonic() + later.seconds > self._until:
                    raise
                time.sleep(later.seconds)


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
