"""Hands what one reader finds of ended stages to all clients of this process that listen."""

import asyncio
import logging
from collections.abc import Collection

from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool

from tasks.events import Ended
from tasks.events_reader import Reader

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
AWAY_SECONDS = 5.0  # between looks while the database is away
MOST_CLIENTS = 100
MOST_WAITING = 2000  # events of one client that it has not read; then it is dropped, and may resume


class Full(Exception):
    """As many clients listen as may."""


class Client:
    """One that listens, to some articles or to all; `dropped` once it was too slow."""

    def __init__(self, articles: Collection[int]) -> None:
        """No articles: all of them."""
        self.articles = frozenset(articles)
        self.waiting: asyncio.Queue[Ended] = asyncio.Queue(MOST_WAITING)
        self.dropped = False

    def wants(self, event: Ended) -> bool:
        """Whether it listens to the article."""
        return not self.articles or event.article_id in self.articles

    def offer(self, event: Ended) -> None:
        """Let it wait for the client, if it wants it."""
        if self.dropped or not self.wants(event):
            return
        try:
            self.waiting.put_nowait(event)
        except asyncio.QueueFull:
            self.dropped = True


class Hub:
    """The clients, and the poller that runs while there are some. All of it belongs to one event loop."""

    def __init__(self) -> None:
        """Nobody listens, nobody reads."""
        self.clients: set[Client] = set()
        self.poller: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    async def join(self, articles: Collection[int]) -> Client:
        """Begin to listen: what ends from here on is told. Raises Full."""
        if len(self.clients) >= MOST_CLIENTS:
            raise Full
        client = Client(articles)
        self.clients.add(client)
        try:
            async with self._starting:
                if self.poller is None or self.poller.done():
                    reader = await run_in_threadpool(Reader)
                    self.poller = asyncio.create_task(self._poll(reader))
        except BaseException:
            self.leave(client)
            raise
        return client

    def leave(self, client: Client) -> None:
        """Hear no more; with the last one the poller ends."""
        self.clients.discard(client)
        if not self.clients and self.poller is not None:
            self.poller.cancel()
            self.poller = None

    async def _poll(self, reader: Reader) -> None:
        while True:
            more, pause = False, LOOK_SECONDS
            try:
                found, more = await run_in_threadpool(reader.read)
                for event in found:
                    for client in self.clients:
                        client.offer(event)
            except OperationalError as error:
                log.warning("events wait for the database: %s", error.orig)
                pause = AWAY_SECONDS
            if not more:
                await asyncio.sleep(pause)
