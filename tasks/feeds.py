"""The desk's subscriptions: which feeds it reads, how each is, and changing that. tasks.feed_polling reads them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Select, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from config.settings import settings
from models.feed import Feed
from models.session import session, statements
from nlp.discovery import Found
from nlp.fingerprints import url_key
from nlp.formats.encoding import scrub
from tasks import bounds
from tasks.errors import Unusable
from tasks.receive import check_url

FIRST_PACE = 900  # seconds between readings of a feed nothing is known of yet
BY_USER = "paused by a user"
_SHOWN = (
    *("id", "url", "title", "source", "every_seconds", "pace_seconds", "paused", "pause_reason", "next_poll_at"),
    *("failures", "last_status", "last_error", "polled_at", "good_at", "fresh_at", "articles", "created_at"),
)


@dataclass(frozen=True)
class Change:
    """What a user wants of a feed; what is None stays. An interval of 0 leaves it to the desk again."""

    url: str | None = None
    source: str | None = None
    every_seconds: int | None = None
    paused: bool | None = None


def check_feed_url(url: str) -> str:
    """The address as it is stored. Raises Unusable, saying why, when nobody can subscribe to it."""
    url = scrub(url).strip().partition("#")[0]
    check_url(url)
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        raise Unusable("Leave user and password out of the address: they would be stored and shown.")
    return url


def subscribe(feeds: Iterable[Found], source: str = "", every_seconds: int | None = None) -> list[tuple[int, bool]]:
    """Read these feeds from now on; for each its id, and whether it is new. One that the desk has stays as it is.

    Raises Unusable, before anything is written, when an address is none.
    """
    rows = [
        {
            "key": url_key(url),
            "url": url,
            "title": bounds.name(feed.title),
            "source": bounds.name(scrub(source).strip()),
            "every_seconds": every_seconds,
            "pace_seconds": FIRST_PACE,
        }
        for feed in feeds
        for url in [check_feed_url(feed.url)]
    ]
    with session() as db:
        return [_subscribed(db.execute, row) for row in rows]


def _subscribed(execute: Any, row: dict[str, Any]) -> tuple[int, bool]:
    new = insert(Feed).values(row).on_conflict_do_nothing(index_elements=[Feed.key]).returning(Feed.id)
    feed_id = execute(new).scalar_one_or_none()
    if feed_id is not None:
        return feed_id, True
    return execute(select(Feed.id).where(Feed.key == row["key"])).scalar_one(), False


def feeds(after: int = 0, limit: int = 100, health: str | None = None) -> list[dict[str, Any]]:
    """Feeds with their health, in the order in which they came, those behind the id `after`."""
    wanted = _views().where(Feed.id > after).order_by(Feed.id).limit(limit)
    with statements() as db:
        return [_view(row) for row in db.execute(wanted if health is None else wanted.where(_health() == health))]


def feed(feed_id: int) -> dict[str, Any] | None:
    """A feed with its health; None when there is no such feed."""
    with statements() as db:
        row = db.execute(_views().where(Feed.id == feed_id)).one_or_none()
    return _view(row) if row else None


def all_feeds() -> list[Found]:
    """Every feed, to be exported."""
    with statements() as db:
        return [Found(url, source or title) for url, title, source in db.execute(_EXPORTED)]


def change(feed_id: int, wanted: Change) -> bool:
    """Change a feed; false when there is no such feed. A new address, or resuming, makes it due at once.

    Raises Unusable when another feed has that address.
    """
    values: dict[str, Any] = {}
    if wanted.url is not None:
        url = check_feed_url(wanted.url)
        values |= {"url": url, "key": url_key(url), "etag": None, "last_modified": None, "digest": None}
    if wanted.source is not None:
        values["source"] = bounds.name(scrub(wanted.source).strip())
    if wanted.every_seconds is not None:
        values["every_seconds"] = wanted.every_seconds or None
    if wanted.paused is not None:
        values |= {"paused": wanted.paused, "pause_reason": BY_USER if wanted.paused else None}
    if wanted.url is not None or wanted.paused is False:
        values |= {"next_poll_at": func.now(), "failures": 0, "tries": 0}
    with session() as db:
        if "key" in values:
            _refuse_taken(
                db.scalar(select(Feed.id).where(Feed.key == values["key"], Feed.id != feed_id)), values["url"]
            )
        if not values:
            return db.scalar(select(Feed.id).where(Feed.id == feed_id)) is not None
        return bool(db.scalar(update(Feed).where(Feed.id == feed_id).values(values).returning(Feed.id)))


def _refuse_taken(other: int | None, url: str) -> None:
    if other is not None:
        raise Unusable(f"{url} is feed {other} already; remove one of the two.")


def remove(feed_id: int) -> bool:
    """Read the feed no more; its articles stay. False when there is no such feed."""
    with session() as db:
        return bool(db.scalar(delete(Feed).where(Feed.id == feed_id).returning(Feed.id)))


def make_due(feed_id: int) -> bool:
    """Let the feed be read next; false when there is no such feed. Raises Unusable when it is paused."""
    with session() as db:
        due = update(Feed).where(Feed.id == feed_id).values(next_poll_at=func.now()).returning(Feed.paused)
        paused = db.scalar(due)
        if paused:
            raise Unusable(f"Feed {feed_id} is paused; resume it first.")
    return paused is not None


_EXPORTED = select(Feed.url, Feed.title, Feed.source).order_by(Feed.id)


def _health() -> Any:
    """In one word: paused, failing, new (never read yet), or ok."""
    return case((Feed.paused, "paused"), (Feed.failures > 0, "failing"), (Feed.good_at.is_(None), "new"), else_="ok")


def _views() -> Select[Any]:
    return select(*(getattr(Feed, name) for name in _SHOWN), _health().label("health"))


def _view(row: Any) -> dict[str, Any]:
    return dict(row._mapping)


def bounded(seconds: float) -> int:
    """A pace within those that the settings allow."""
    return int(min(max(seconds, settings().feed_least_seconds), settings().feed_most_seconds))
