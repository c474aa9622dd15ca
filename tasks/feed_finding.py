"""From the address of a feed, or of a page that names its feeds, to feeds that can be subscribed to."""

from nlp.discovery import Found, feeds_of
from nlp.errors import Unreadable
from nlp.formats.polled import NoFeed, read_polled
from tasks import http
from tasks.errors import Later, Unreachable, Unusable
from tasks.feeds import check_feed_url
from tasks.visits import Visit

PATIENCE = 5.0  # seconds a door waits for its turn at the host


def find_feeds(url: str) -> list[Found]:
    """The feed at this address, or those that the page there names, the likeliest first; at least one.

    Asks the site, so it takes a while. Raises Unusable, saying what to do, when there is none or it cannot be read.
    """
    url = check_feed_url(url)
    try:
        answer = http.get(url, Visit(PATIENCE).enter, http.for_pages())
    except (Unreachable, Later) as error:
        raise Unusable(f"{error} Try again later, or subscribe without looking.") from None
    if answer.status != 200:
        raise Unusable(f"{answer.url} answered with status {answer.status}; check the address.")
    try:
        feed = read_polled(answer.body, answer.url, answer.headers.get("content-type", ""))
    except NoFeed:
        return _named(answer)
    except Unreadable as error:
        raise Unusable(f"{answer.url} is no readable feed: {error}.") from None
    return [Found(answer.moved, feed.title)]


def _named(answer: http.Answer) -> list[Found]:
    found = feeds_of(answer.body, answer.url)
    if not found:
        raise Unusable(f"{answer.url} is a page that names no feed; look for RSS or Atom on it, and give that address.")
    return found
