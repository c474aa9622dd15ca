"""The load of a soak: live articles, backfill, revisions, duplicates, bad input and reads, all drawn from one seed."""

import random
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count

from kombu.exceptions import OperationalError as BrokerError
from sqlalchemy.exc import DBAPIError

from bench.flow import document
from models.stage import Lane
from nlp.formats import Document
from tasks.errors import Unusable
from tasks.receive import receive

BAD = (
    Document("text", "Too short to be news.", title="Short"),
    Document("html", "<html><body>" + "<div>" * 5000 + "deep" + "</div>" * 5000 + "</body></html>", title="Deep"),
    Document(
        "text", "Der Rat der Stadt hat am Dienstag beschlossen, das alte Bad zu schließen. " * 12, title="Deutsch"
    ),
    Document("text", "word" * 250_000, title="One word"),
    Document("text", "a\u200b\u202e\U0001f600 " * 400, title="Marks"),
)
REFUSED = Document("text", " \n ")
READS = ("/health", "/v1/stories", "/v1/articles/{}", "/v1/articles/{}")
WEIGHTS = {"live": 10, "backfill": 1, "revision": 2, "duplicate": 2, "bad": 1, "refused": 1, "read": 6}
BULK = 10  # articles of a backfill at once
LATEST = 2000  # accepted ones that may be revised or sent again


class Load:
    """Sends one thing at a time. What it could not be sure of, it sends again until it is."""

    def __init__(self, articles: Sequence[dict[str, str]], seed: int, api: str) -> None:
        self._chance = random.Random(seed)
        self._coming = self._documents(articles)
        self._api = api
        self._unsure: list[tuple[list[Document], Lane]] = []
        self._known: list[Document] = []
        self.counts: Counter[str] = Counter()
        self.accepted: dict[int, Document] = {}  # by id, what was accepted last

    def step(self) -> None:
        """Do one thing."""
        if self._unsure:
            self._send(*self._unsure.pop(0))
            return
        [what] = self._chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
        self.counts[what] += 1
        match what:
            case "read":
                self._read()
            case "refused":
                with suppress(Unusable):
                    receive([REFUSED])
            case "backfill":
                self._send([next(self._coming) for _ in range(BULK)], Lane.BACKFILL)
            case _:
                self._send([self._one(what)], Lane.LIVE)

    def finish(self, seconds: float) -> bool:
        """Send what it is not sure of yet; False if that cannot be done in time."""
        deadline = time.monotonic() + seconds
        while self._unsure and time.monotonic() < deadline:
            self._send(*self._unsure.pop(0))
            time.sleep(0.2 if self._unsure else 0)
        return not self._unsure

    def _one(self, what: str) -> Document:
        if what == "bad":
            return replace(self._chance.choice(BAD), url=f"https://bad.example/{self.counts[what]}")
        if what == "live" or not self._known:
            return next(self._coming)
        old = self._chance.choice(self._known)
        if what == "duplicate":
            return old
        return replace(old, body=f"{old.body}\n\nCorrected for the {self.counts[what]}th time by the editors.")

    def _send(self, documents: list[Document], lane: Lane) -> None:
        try:
            received = receive(documents, lane)
        except (DBAPIError, BrokerError, OSError):
            self.counts["not answered, sent again"] += 1
            self._unsure.append((documents, lane))
            return
        for one, given in zip(received, documents, strict=True):
            self.accepted[one.article_id] = given
        good = [one for one in documents if one.source]
        self._known = [*self._known, *good][-LATEST:]

    def _read(self) -> None:
        path = self._chance.choice(READS).format(self._chance.randint(1, max(1, len(self.accepted))))
        try:
            urllib.request.urlopen(self._api + path, timeout=3).read()
            self.counts["read: 200"] += 1
        except urllib.error.HTTPError as error:
            self.counts[f"read: {error.code}"] += 1
        except OSError:
            self.counts["read: no answer"] += 1

    @staticmethod
    def _documents(articles: Sequence[dict[str, str]]) -> Iterator[Document]:
        number = count()
        for edition in count():
            for one in articles:
                made = document(one)
                url = f"https://soak.example/{next(number)}"
                yield replace(made, url=url, body=f"{made.body}\n\nEdition {edition}." if edition else made.body)
