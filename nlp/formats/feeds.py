"""RSS, Atom and RDF, well-formed or not, through feedparser."""

import re
from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from nlp.errors import Unreadable, said
from nlp.formats.dates import bounded
from nlp.formats.document import Document, Refused
from nlp.formats.encoding import scrub
from nlp.formats.fields import kind_of, web_address

MOST_BYTES = 16 << 20  # a feed of 5,000 full articles; feedparser needs five seconds a megabyte of hostile tags
_CONTENT_WORDS = 30  # less than this under <content> is a teaser
_SUMMARY_WORDS = 120  # a summary as long as this is the article
_CUT = re.compile(r"(?:\.\.\.|…|\[…\]|\[\.\.\.\]|read more\W*|continue reading\W*|more\s*[»→])\s*\Z", re.IGNORECASE)
_HARMLESS = {"CharacterEncodingOverride", "NonXMLContentType"}  # feedparser read it all the same
_TAG = re.compile(r"<[^<>]{0,2000}>")
_LONG_TAG = re.compile(rb"<[^<>]{16000}[^<>]*")  # pictures inside texts are as long, and have few attributes
_MOST_ATTRIBUTES = 1000  # feedparser needs a time that grows with their square: 20,000 take 10 s


def read_feed(data: bytes, url: str = "", media_type: str = "") -> Iterator[Document | Refused]:
    """The entries of a feed. An entry that only teases comes with its link and an empty body: fetch it.

    `url` is where the feed came from, to which relative links refer; `media_type` its Content-Type, which may say its
    encoding. Raises Unreadable if no feed can be made out. A feed without entries is no error.
    """
    return entries_of(parsed(data, url, media_type))


def entries_of(feed: Any) -> Iterator[Document | Refused]:
    """The entries of a feed that feedparser has read."""
    for number, entry in enumerate(feed.entries, start=1):
        yield _document(entry, feed.feed, f"entry {number}")


def title_of(feed: Any) -> str:
    """What the feed calls itself."""
    return _line(_text(feed.feed, "title"))


def parsed(data: bytes, url: str = "", media_type: str = "") -> Any:
    """What feedparser makes of it. Raises Unreadable if no feed can be made out."""
    if len(data) > MOST_BYTES:
        raise Unreadable(f"the feed is larger than {MOST_BYTES >> 20} MB; split it")
    if any(tag[0].count(b"=") > _MOST_ATTRIBUTES for tag in _LONG_TAG.finditer(data)):
        raise Unreadable(f"there is a tag with more than {_MOST_ATTRIBUTES:,} attributes in the feed")
    found = _parse(data, {"content-location": url} | ({"content-type": media_type} if media_type else {}))
    fault = found.get("bozo_exception")
    broken = fault is not None and type(fault).__name__ not in _HARMLESS
    if broken and not found.entries and not _text(found.feed, "title"):
        raise Unreadable(f"broken feed: {said(fault)}; check the address, or send the pages themselves")
    return found


def _parse(data: bytes, headers: dict[str, str]) -> Any:
    import feedparser

    try:
        # A stream, for feedparser would take bare bytes for a file's name. What it cleans is only read as text here.
        return feedparser.parse(
            BytesIO(data), response_headers=headers, sanitize_html=False, resolve_relative_uris=True
        )
    except Exception as error:  # feedparser lets many kinds of error out of hostile XML
        raise Unreadable(f"broken feed: {type(error).__name__} while parsing it; check the address") from None


def _document(entry: Any, feed: Any, where: str) -> Document | Refused:
    url = web_address(_text(entry, "link")) or web_address(_text(entry, "id"))
    body = _body(entry, bool(url))
    if not body and not url:
        return Refused(where, "neither text nor a link in it; nothing can be read or fetched")
    return Document(
        kind=kind_of(body),
        body=body,
        url=url,
        title=_line(_text(entry, "title")),
        author=_line(_text(entry, "author")),
        published=_moment(entry),
        source=_line(_text(entry.get("source"), "title") or _text(feed, "title")),
        language=(_text(entry, "language") or _text(feed, "language"))[:35],
    )


def _body(entry: Any, fetchable: bool) -> str:
    """The longest content, or a summary long enough to be the article; anything at all if there is no link."""
    contents = [_text(part, "value") for part in entry.get("content") or []]
    content, summary = max(contents, key=len, default=""), _text(entry, "summary")
    if _whole(content, _CONTENT_WORDS):
        return content
    if _whole(summary, _SUMMARY_WORDS):
        return summary
    return "" if fetchable else content or summary


def _whole(html: str, words: int) -> bool:
    text = _TAG.sub(" ", html).rstrip()
    return len(text.split()) >= words and not _CUT.search(text[-40:])


def _moment(entry: Any) -> datetime | None:
    for name in ("published_parsed", "updated_parsed"):
        try:
            return bounded(datetime.fromtimestamp(timegm(entry[name]), UTC))
        except (KeyError, TypeError, ValueError, OverflowError, OSError):
            continue
    return None


def _line(html: str) -> str:
    return " ".join(_TAG.sub("", html).split())[:500]


def _text(holder: Any, name: str) -> str:
    value = holder.get(name) if hasattr(holder, "get") else None
    return scrub(value).strip() if isinstance(value, str) else ""
