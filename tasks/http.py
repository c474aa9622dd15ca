"""The one HTTP client for pages, feeds and webhooks: bounded, to checked addresses only, and without credentials."""

import http.client
import string
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

from config.settings import settings
from nlp.errors import Unreadable
from nlp.fingerprints import url_key
from nlp.formats.compressed import gunzip
from nlp.links import absolute
from tasks.addresses import checked_address
from tasks.connections import connected, encrypted
from tasks.errors import Unreachable, Unusable

REDIRECTS = 5  # RFC 9309 wants as many followed for robots.txt
PERMANENT, MOVED = (301, 308), (301, 302, 303, 307, 308)
IN_TROUBLE = (408, 425, 429, 500, 502, 503, 504)  # another try may succeed
TOKEN = "Copydesk"  # noqa: S105 - by which robots.txt knows us
# What may be text, by the beginning of its media type or as application/...+xml and +json. Pictures, films and office
# documents are turned away before they are read.
_TEXT = (
    "text/",
    "application/json",
    "application/xml",
    "application/x-ndjson",
    "application/x-rss",
    "application/warc",
)
_ANYTHING = ("application/octet-stream", "binary/octet-stream", "application/gzip", "application/x-gzip")


@dataclass(frozen=True)
class Limits:
    """What one request may cost: seconds with all redirects, bytes once unpacked; and whether to private addresses.

    A larger body is an error, or with `cut` only its beginning is read.
    """

    seconds: float
    size: int
    private: bool
    cut: bool = False


@dataclass(frozen=True)
class Answer:
    """What a server said. `url` is the address behind all redirects, `moved` the one behind permanent ones alone.

    `headers` has lower-case names. `body` is unpacked, and empty unless the status is 200.
    """

    url: str
    moved: str
    status: int
    headers: Mapping[str, str]
    body: bytes


def for_pages() -> Limits:
    """The limits of pages and feeds, from the settings."""
    return Limits(settings().fetch_seconds, settings().max_body_bytes, settings().fetch_private)


def agent() -> str:
    """How we introduce ourselves, with the address at which site owners reach whoever runs this desk."""
    contact = settings().contact
    return f"{TOKEN}/0.1 (news desk{f'; {contact}' if contact else ''})"


def get(url: str, enter: Callable[[str], None], limits: Limits, headers: Mapping[str, str] | None = None) -> Answer:
    """Ask for an address, following redirects; `enter` is called with each one before it is asked, and may raise.

    Raises Unusable when it cannot be had, Unreachable when another try may succeed.
    """
    deadline = time.monotonic() + limits.seconds
    place = moved = url
    for _ in range(REDIRECTS + 1):
        _require_web(place)
        enter(place)
        with _asked("GET", place, deadline, limits, headers or {}) as response:
            status, location = response.status, _location(response)
            if status not in MOVED or not location:
                return Answer(place, moved, status, _named(response), _body(response, place, limits))
        permanent = status in PERMANENT and moved == place
        place = absolute(place, location) or location
        moved = place if permanent else moved
    raise Unusable(f"{url} redirects more than {REDIRECTS} times.")


def post(url: str, body: bytes, limits: Limits, headers: Mapping[str, str]) -> Answer:
    """Send a body. What comes back is not read, and a redirect is an answer like any other.

    Raises Unusable and Unreachable as `get` does.
    """
    _require_web(url)
    deadline = time.monotonic() + limits.seconds
    with _asked("POST", url, deadline, limits, headers, body) as response:
        return Answer(url, url, response.status, _named(response), b"")


@contextmanager
def _asked(
    method: str, url: str, deadline: float, limits: Limits, headers: Mapping[str, str], body: bytes | None = None
) -> Iterator[http.client.HTTPResponse]:
    """One request, to the address that was checked, and its response until the deadline."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    host, port = parts.hostname or "", parts.port or (443 if secure else 80)
    try:
        client = (http.client.HTTPSConnection if secure else http.client.HTTPConnection)(host, port)
        address = checked_address(host, port, limits.private, deadline)
        with connected(address, deadline) as connection, closing(client):
            client.sock = encrypted(connection, host) if secure else connection
            ours = {"User-Agent": agent(), "Accept-Encoding": "gzip"}
            client.request(method, _target(parts), body, ours | dict(headers))
            yield client.getresponse()
    except (OSError, UnicodeError, http.client.HTTPException) as error:
        _in_time(url, deadline, limits)
        raise Unreachable(f"{url} could not be reached: {error or type(error).__name__}") from None
    _in_time(url, deadline, limits)


def _require_web(url: str) -> None:
    if not url_key(url):
        raise Unusable(f"{url} is not an http or https address.")


def _location(response: http.client.HTTPResponse) -> str:
    """Where a redirect leads. Addresses in headers come as Latin-1, whatever bytes they are."""
    return quote(response.getheader("Location", ""), string.punctuation, "latin-1")


def _named(response: http.client.HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.getheaders()}


def _target(parts: SplitResult) -> str:
    """What to ask the host for: path and query, with spaces and letters beyond ASCII encoded, and no fragment."""
    return quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), string.punctuation)


def _in_time(url: str, deadline: float, limits: Limits) -> None:
    if time.monotonic() >= deadline:
        raise Unreachable(f"{url} took longer than {limits.seconds:g} s.")


def _body(response: http.client.HTTPResponse, url: str, limits: Limits) -> bytes:
    """The body of a good answer, unpacked, up to the size limit. Raises HTTPException when it ends too early."""
    if response.status != 200:
        return b""
    _refuse_other_than_text(response, url)
    body = response.read(limits.size if limits.cut else limits.size + 1)
    if limits.cut and len(body) == limits.size:
        return body
    if len(body) > limits.size:
        raise Unusable(f"{url} is larger than {limits.size:,} bytes (COPYDESK_MAX_BODY_BYTES).")
    if response.length:
        raise http.client.IncompleteRead(body, response.length)
    return _unpacked(body, response.getheader("Content-Encoding", ""), url, limits)


def _refuse_other_than_text(response: http.client.HTTPResponse, url: str) -> None:
    kind = response.headers.get_content_type() if response.getheader("Content-Type") else "text/"
    structured = kind.startswith("application/") and "+" in kind
    if not structured and not kind.startswith((*_TEXT, *_ANYTHING)):
        raise Unusable(f"{url} is {kind}, which is neither a page nor a feed.")


def _unpacked(body: bytes, coding: str, url: str, limits: Limits) -> bytes:
    """The body as it was before its encoding; only the one we have asked for is taken."""
    if coding.strip().lower() not in ("", "identity", "gzip", "x-gzip"):
        raise Unusable(f"{url} is encoded as {coding[:40]}, which was not asked for.")
    try:
        return gunzip(body, limits.size) if coding else body
    except Unreadable as error:
        raise Unusable(f"{url} cannot be unpacked: {error}") from None
