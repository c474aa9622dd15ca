"""Fetching a page by URL: bounded in time and size, and never from a private address on a user's word."""

import http.client
import ipaddress
import socket
import ssl
import string
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from itertools import islice
from urllib.parse import SplitResult, quote, urlsplit

from config.settings import settings
from nlp.errors import Unreadable
from nlp.fingerprints import url_key
from nlp.formats import Document, split
from nlp.links import absolute
from tasks.errors import Unreachable, Unusable

REDIRECTS = 5
GLOBAL_IPV6 = ipaddress.ip_network("2000::/3")  # all that is assigned, RFC 4291
AGENT = "Copydesk/0.1 (news desk; one page on a user's request)"


def fetch(document: Document) -> Document:
    """The document with the page behind its URL as its body.

    Raises Unusable when the page cannot be had or is no article, Unreachable when another try may succeed.
    """
    deadline = time.monotonic() + settings().fetch_seconds
    url = document.url
    for _ in range(REDIRECTS + 1):
        status, location, body = _get(url, deadline)
        if status not in (301, 302, 303, 307, 308) or not location:
            break
        url = absolute(url, location) or location
    else:
        raise Unusable(f"{document.url} redirects more than {REDIRECTS} times.")
    if status != 200:
        kind = Unreachable if status in (429, 500, 502, 503, 504) else Unusable
        raise kind(f"{url} answered with status {status}.")
    return _page(document, body)


def _page(document: Document, body: bytes) -> Document:
    try:
        items = list(islice(split(body, limit=settings().max_body_bytes), 2))
    except Unreadable as error:
        raise Unusable(f"{document.url} is no readable article: {error}") from None
    page = items[0] if len(items) == 1 else None
    if not isinstance(page, Document) or not page.body.strip():
        raise Unusable(f"{document.url} is a feed or a list of articles, or empty; save it and add the file instead.")
    return replace(
        page,
        url=document.url,
        title=document.title or page.title,
        author=document.author or page.author,
        published=document.published or page.published,
        source=document.source or page.source,
    )


def _get(url: str, deadline: float) -> tuple[int, str, bytes]:
    """Status, location and body of one request, to the address that was checked: a name can change its address."""
    if not url_key(url):
        raise Unusable(f"{url} is not an http or https address.")
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    host, port = parts.hostname or "", parts.port or (443 if secure else 80)
    try:
        client = (http.client.HTTPSConnection if secure else http.client.HTTPConnection)(host, port)
        with _connected(checked_address(host, port), deadline) as connection, closing(client):
            client.sock = _encrypted(connection, host) if secure else connection
            client.request("GET", _target(parts), headers={"User-Agent": AGENT, "Accept-Encoding": "gzip"})
            response = client.getresponse()
            body = _read(response, url) if response.status == 200 else b""
    except (OSError, UnicodeError, http.client.HTTPException) as error:
        _in_time(url, deadline)
        raise Unreachable(f"{url} could not be fetched: {error or type(error).__name__}") from None
    _in_time(url, deadline)
    # Addresses in headers come as Latin-1, whatever bytes they are.
    return response.status, quote(response.getheader("Location", ""), string.punctuation, "latin-1"), body


def _target(parts: SplitResult) -> str:
    """What to ask the host for: path and query, with spaces and letters beyond ASCII encoded, and no fragment."""
    return quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), string.punctuation)


@contextmanager
def _connected(address: tuple[str, int], deadline: float) -> Iterator[socket.socket]:
    """A connection that is cut at the deadline: a timeout alone starts anew with every byte that trickles in."""
    left = max(deadline - time.monotonic(), 0.001)
    with socket.create_connection(address, timeout=left) as connection, connection.dup() as same:
        cut = threading.Timer(left, _cut, (same,))
        cut.daemon = True
        cut.start()
        try:
            yield connection
        finally:
            cut.cancel()


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):  # it has ended by itself
        connection.shutdown(socket.SHUT_RDWR)


def _encrypted(connection: socket.socket, host: str) -> socket.socket:
    return ssl.create_default_context().wrap_socket(connection, server_hostname=host)


def _in_time(url: str, deadline: float) -> None:
    if time.monotonic() >= deadline:
        raise Unreachable(f"{url} took longer than {settings().fetch_seconds} s.")


def _read(response: http.client.HTTPResponse, url: str) -> bytes:
    """The body up to the size limit, still compressed. Raises HTTPException when the connection ends before it does."""
    limit = settings().max_body_bytes
    body = response.read(limit + 1)
    if len(body) > limit:
        raise Unusable(f"{url} is larger than {limit:,} bytes (COPYDESK_MAX_BODY_BYTES).")
    if response.length:
        raise http.client.IncompleteRead(body, response.length)
    return body


def checked_address(host: str, port: int) -> tuple[str, int]:
    """The address to connect to. Raises Unusable when any address of the host is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"The host {host} cannot be found: {error}") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not settings().fetch_private:
        for address in addresses:
            if not _public(address):
                raise Unusable(
                    f"{host} is the private address {address}; pages are fetched from public addresses only."
                )
    return addresses[0], port


def _public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        carried = ip.ipv4_mapped or ip.sixtofour
        if carried is None:  # the rest of IPv6 holds other ways to carry IPv4: NAT64, Teredo, "::127.0.0.1"
            return ip in GLOBAL_IPV6 and ip.is_global
        ip = carried
    return ip.is_global and not ip.is_multicast
