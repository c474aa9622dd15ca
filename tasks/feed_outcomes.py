"""What a reading leaves in a feed's row: when it is due again, and how it is."""

import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from sqlalchemy import func, select

from models.feed import Feed
from models.session import statements
from nlp.fingerprints import url_key
from nlp.formats.encoding import scrub
from tasks import bounds, http
from tasks.feeds import bounded

FIRST_PAUSE, LONGEST_PAUSE = 60.0, 86_400.0  # seconds after the first failure, doubled each time, and the most
LONGEST_TAG = 500  # characters of an ETag that we send back
Outcome = dict[str, Any]


def good(feed: Feed, answer: http.Answer, digest: bytes, title: str, fresh: int, note: str | None) -> Outcome:
    """It was read: `fresh` entries are new, `note` says which could not be taken."""
    seen = {"etag": _tag(answer, "etag"), "last_modified": _tag(answer, "last-modified"), "digest": digest}
    counted = {"articles": Feed.articles + fresh} | ({"fresh_at": func.now()} if fresh else {})
    return _fine(feed, answer, fresh) | seen | counted | {"title": bounds.name(title) or feed.title, "last_error": note}


def unchanged(feed: Feed, answer: http.Answer) -> Outcome:
    """Nothing is new, and what was wrong with some entries still is."""
    return _fine(feed, answer, 0)


def failed(feed: Feed, reason: str, answer: http.Answer | None = None) -> Outcome:
    """It could not be read: tried again after a while, longer each time, or when the site says."""
    pause = min(FIRST_PAUSE * 2.0 ** min(feed.failures, 20), LONGEST_PAUSE)
    pause = max(pause, feed.every_seconds or 0, min(_retry_after(answer), LONGEST_PAUSE))
    return _ended(answer.status if answer else None) | {
        "failures": feed.failures + 1,
        "last_error": reason[:1000],
        "next_poll_at": _in(pause, 0.25),
    }


def gone(feed: Feed) -> Outcome:
    """The site says that there will be no such feed again (RFC 9110, 15.5.11)."""
    reason = "The site says that this feed is gone for good (410)."
    return _ended(410) | {"paused": True, "pause_reason": reason, "last_error": reason, "failures": feed.failures + 1}


def _fine(feed: Feed, answer: http.Answer, fresh: int) -> Outcome:
    """More often when there was something, less often when there was not, within bounds; or as the user wants it."""
    pace = bounded(feed.pace_seconds / 2 if fresh else feed.pace_seconds * 1.5)
    due = {"pace_seconds": pace, "next_poll_at": _in(feed.every_seconds or pace, 0.1)}
    return _ended(answer.status) | {"failures": 0, "good_at": func.now()} | due | _moved(feed, answer)


def _moved(feed: Feed, answer: http.Answer) -> Outcome:
    """The address that permanent redirects lead to is the feed's from now on, unless another feed has it."""
    key = url_key(answer.moved)
    if answer.moved == feed.url or not bounds.fits(answer.moved):
        return {}
    with statements() as db:
        other = db.scalar(select(Feed.id).where(Feed.key == key, Feed.id != feed.id))
    if other is not None:
        return {"paused": True, "pause_reason": f"It has moved to {answer.moved}, which is feed {other}."}
    return {"url": answer.moved, "key": key}


def _ended(status: int | None) -> Outcome:
    return {"tries": 0, "polled_at": func.now(), "last_status": status}


def _in(seconds: float, jitter: float) -> Any:
    """So many seconds from now, more or less: feeds that were added together are not to be read together for ever."""
    return func.now() + timedelta(seconds=seconds * random.uniform(1 - jitter, 1 + jitter))  # noqa: S311 - no secret


def _tag(answer: http.Answer, name: str) -> str | None:
    value = scrub(answer.headers.get(name, ""))
    return value if 0 < len(value) <= LONGEST_TAG else None


def _retry_after(answer: http.Answer | None) -> float:
    """Seconds that the site wants to be left alone: a number, or until a date (RFC 9110, 10.2.3); else 0."""
    value = (answer.headers.get("retry-after", "") if answer else "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        until = parsedate_to_datetime(value)
        return max(0.0, (until.astimezone(UTC) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return 0.0
