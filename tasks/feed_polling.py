"""Reading the feeds that are due: asked with what we know of them, parsed, and their new entries received."""

import hashlib
import logging
from datetime import timedelta

from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy import func, select, update

from config.settings import settings
from models.feed import Feed
from models.session import session, statements
from models.stage import Lane
from nlp.errors import Unreadable
from nlp.formats.polled import NoFeed, Polled, read_polled
from tasks import http
from tasks.backlog import admit
from tasks.errors import Busy, Later, Unreachable, Unusable
from tasks.feed_entries import receive_entries
from tasks.feed_outcomes import Outcome, failed, gone, good, unchanged
from tasks.politeness import LONGEST_WAIT, forget_hosts
from tasks.queue import messages
from tasks.robots import forget_robots
from tasks.visits import Visit
from workers.app import NET_QUEUES, app

log = logging.getLogger(__name__)

QUEUE = NET_QUEUES[1]
MOST_WAITING = 400  # messages; further feeds stay due until these are read
MOST_TRIES = 3  # readings that do not end, since they kill the worker or show a bug of ours
LEASE = timedelta(seconds=LONGEST_WAIT + 300)  # a reading that has not ended by then was lost
LARGEST = 8 << 20  # bytes of a feed; parsing takes up to five seconds a megabyte
ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"


@app.task(name="feeds.poll")
def poll() -> None:
    """Send the feeds that are due to be read, unless too much waits already, and forget hosts that are long past."""
    forget_hosts()
    forget_robots()
    try:
        admit(Lane.LIVE)
    except Busy as busy:
        log.warning("feeds are not read: %s", busy)
        return
    room = MOST_WAITING - messages(QUEUE)
    due = (
        select(Feed.id)
        .where(~Feed.paused, Feed.next_poll_at <= func.now())
        .order_by(Feed.next_poll_at)
        .limit(max(room, 0))
        .with_for_update(skip_locked=True)
    )
    with session() as db:
        claim = update(Feed).where(Feed.id.in_(due.scalar_subquery())).values(next_poll_at=func.now() + LEASE)
        claimed = list(db.scalars(claim.returning(Feed.id)))
    for feed_id in claimed:
        read_feed.apply_async((feed_id,), queue=QUEUE)


@app.task(name="feeds.read")
def read_feed(feed_id: int) -> None:
    """Read a feed now and write what came of it; does nothing when it is paused or was removed."""
    begun = update(Feed).where(Feed.id == feed_id, ~Feed.paused).values(tries=Feed.tries + 1).returning(Feed)
    with session() as db:
        feed = db.scalar(begun)
    if feed is None:
        return
    try:
        outcome = _tried(feed)
    except Later as later:
        _put_off(feed_id, later.seconds)
        return
    except SoftTimeLimitExceeded:
        outcome = failed(feed, f"Reading it took longer than {settings().stage_seconds} s.")
    except MemoryError:
        outcome = failed(feed, "Reading it took more memory than a worker has.")
    with statements() as db:
        db.execute(update(Feed).where(Feed.id == feed_id, Feed.url == feed.url).values(outcome))


def _tried(feed: Feed) -> Outcome:
    if feed.tries > MOST_TRIES:
        return failed(feed, f"{MOST_TRIES} readings ended before they were done; the log of the net worker says why.")
    try:
        answer = http.get(feed.url, Visit().enter, _limits(), _conditions(feed))
        return _answered(feed, answer)
    except (Unusable, Unreachable) as error:
        return failed(feed, str(error))


def _answered(feed: Feed, answer: http.Answer) -> Outcome:
    if answer.status == 410:
        return gone(feed)
    if answer.status == 304:
        return unchanged(feed, answer)
    if answer.status != 200:
        return failed(feed, f"{answer.url} answered with status {answer.status}.", answer)
    digest = hashlib.sha256(answer.body).digest()
    if digest == feed.digest:
        return unchanged(feed, answer)
    try:
        polled = read_polled(answer.body, answer.url, answer.headers.get("content-type", ""), LARGEST)
    except NoFeed:
        return failed(
            feed, f"{answer.url} is a page, not a feed; remove it, and add the page to find its feeds.", answer
        )
    except Unreadable as error:
        return failed(feed, f"{answer.url} is no readable feed: {error}.", answer)
    return _received(feed, answer, polled, digest)


def _received(feed: Feed, answer: http.Answer, polled: Polled, digest: bytes) -> Outcome:
    fresh, refused = receive_entries(feed, polled)
    note = f"{len(refused)} entries were refused: {refused[0].where}, {refused[0].reason}"[:500] if refused else None
    return good(feed, answer, digest, polled.title, fresh, note)


def _put_off(feed_id: int, seconds: float) -> None:
    """Its host was just asked: read it when it is its turn, and count no try."""
    ahead = func.now() + timedelta(seconds=seconds) + LEASE
    with statements() as db:
        db.execute(update(Feed).where(Feed.id == feed_id).values(next_poll_at=ahead, tries=Feed.tries - 1))
    read_feed.apply_async((feed_id,), queue=QUEUE, countdown=seconds)


def _limits() -> http.Limits:
    return http.Limits(settings().fetch_seconds, min(settings().max_body_bytes, LARGEST), settings().fetch_private)


def _conditions(feed: Feed) -> dict[str, str]:
    known = {"If-None-Match": feed.etag, "If-Modified-Since": feed.last_modified}
    return {"Accept": ACCEPT} | {name: value for name, value in known.items() if value}
