"""Fetching a page by URL: bounded in time and size, and never from a private address on a user's word."""

import ipaddress
import socket
import time
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from config.settings import settings
from nlp.errors import Unreadable
from nlp.formats import Document, split
from tasks.errors import Unreachable, Unusable

REDIRECTS = 5
AGENT = "Copydesk/0.1 (news desk; one page on a user's request)"


def fetch(document: Document) -> Document:
    """The document with the page behind its URL as its body.

    Raises Unusable when the page cannot be had or is no article, Unreachable when another try may succeed.
    """
    deadline = time.monotonic() + settings().fetch_seconds
    url = document.url
    for _ in range(REDIRECTS + 1):
        status, headers, body = _get(url, deadline)
        if status not in (301, 302, 303, 307, 308):
            break
        url = urljoin(url, headers.get("location", ""))
    else:
        raise Unusable(f"{document.url} redirects more than {REDIRECTS} times.")
    if status != 200:
        kind = Unreachable if status in (429, 500, 502, 503, 504) else Unusable
        raise kind(f"{url} answered with status {status}.")
    return _page(document, body)


def _page(document: Document, body: bytes) -> Document:
    try:
        found = next((item for item in split(body) if isinstance(item, Document)), None)
    except Unreadable as error:
        raise Unusable(f"{document.url} is no readable article: {error}") from None
    if found is None:
        raise Unusable(f"{document.url} holds no article.")
    return replace(
        found,
        url=document.url,
        title=document.title or found.title,
        author=document.author or found.author,
        published=document.published or found.published,
        source=document.source or found.source,
    )


def _get(url: str, deadline: float) -> tuple[int, urllib3.HTTPHeaderDict, bytes]:
    """One request to the address that was checked, so that a name cannot change its address in between."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Unusable(f"{url} is not an http or https address.")
    address = checked_address(parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))
    left = deadline - time.monotonic()
    if left <= 0:
        raise Unreachable(f"{url} took longer than {settings().fetch_seconds} s.")
    try:
        with _pool(parts.scheme, parts.hostname, address, left) as pool:
            target = urlsplit(url)._replace(scheme="", netloc="", fragment="").geturl() or "/"
            headers = {"Host": parts.netloc.rpartition("@")[2], "User-Agent": AGENT, "Accept-Encoding": "gzip"}
            response = pool.urlopen(
                "GET", target, headers=headers, redirect=False, retries=False, preload_content=False
            )
            return response.status, response.headers, _read(response, url, deadline)
    except HTTPError as error:
        raise Unreachable(f"{url} could not be fetched: {error}") from None


def _pool(scheme: str, host: str, address: tuple[str, int], seconds: float) -> urllib3.HTTPConnectionPool:
    timeout = urllib3.Timeout(total=seconds)
    if scheme == "http":
        return urllib3.HTTPConnectionPool(address[0], address[1], timeout=timeout)
    return urllib3.HTTPSConnectionPool(
        address[0], address[1], timeout=timeout, server_hostname=host, assert_hostname=host
    )


def _read(response: urllib3.BaseHTTPResponse, url: str, deadline: float) -> bytes:
    """The body, decompressed, up to the size limit and the deadline."""
    body = bytearray()
    for part in response.stream(65536):
        body += part
        if len(body) > settings().max_body_bytes:
            raise Unusable(f"{url} is larger than {settings().max_body_bytes:,} bytes (COPYDESK_MAX_BODY_BYTES).")
        if time.monotonic() > deadline:
            raise Unreachable(f"{url} took longer than {settings().fetch_seconds} s.")
    return bytes(body)


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
    mapped = getattr(ip, "ipv4_mapped", None)
    ip = mapped or ip
    return ip.is_global and not ip.is_multicast
