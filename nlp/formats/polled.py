"""A feed as it is read again and again: its title and entries, or why it is none, and which feeds a page names."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from nlp.errors import Unreadable
from nlp.formats.compressed import LIMIT, gunzip
from nlp.formats.document import Document, Refused
from nlp.formats.encoding import decode, scrub
from nlp.formats.feeds import entries_of, parsed, title_of
from nlp.formats.records import read_json
from nlp.formats.sniff import format_of, refuse_foreign

_EBCDIC = b"\x4c\x6f\xa7\x94"  # how an XML declaration begins in it (XML 1.0, appendix F); feedparser reads the rest
MOST_ENTRIES = 2000  # of one reading; feeds of whole archives have more, and are better added as a file


@dataclass(frozen=True)
class Polled:
    """A feed that was read. `refused` are the entries that could not be."""

    title: str
    entries: list[Document] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


class NoFeed(Unreadable):
    """It is a page, which may name its feeds, rather than a feed."""


def read_polled(data: bytes, url: str = "", media_type: str = "", limit: int = LIMIT) -> Polled:
    """The feed in these bytes: RSS, Atom, RDF or JSON Feed, also gzipped.

    Raises NoFeed for a page, and Unreadable when it is nothing that can be subscribed to.
    """
    data = gunzip(data, limit)
    refuse_foreign(data)
    text = decode(data)
    match "feed" if data.startswith(_EBCDIC) else format_of(text):
        case "feed":
            feed = parsed(data, url, media_type)
            return _sorted_out(title_of(feed), entries_of(feed))
        case "json":
            return _sorted_out(_json_title(text), read_json(text))
        case "html":
            raise NoFeed("this is a page, not a feed")
        case kind:
            raise Unreadable(f"this is {kind}, not a feed; it must be RSS, Atom, RDF or JSON Feed")


def _sorted_out(title: str, items: Iterator[Document | Refused]) -> Polled:
    found = list(islice(items, MOST_ENTRIES))
    left = next(items, None)
    beyond = [Refused(f"entry {MOST_ENTRIES + 1}", f"only the first {MOST_ENTRIES:,} entries are read")] if left else []
    return Polled(title, _of(Document, found), _of(Refused, found) + beyond)


def _of(kind: type, items: Iterable[Document | Refused]) -> list:  # type: ignore[type-arg]  # of that kind
    return [item for item in items if isinstance(item, kind)]


def _json_title(text: str) -> str:
    """What a JSON Feed calls itself. Raises Unreadable when it says of itself that it is something else."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or "jsonfeed.org" not in str(value.get("version"))[:100]:
        raise Unreadable("this is JSON, but no JSON Feed (https://jsonfeed.org): it has no such `version`")
    title = value.get("title")
    return " ".join(scrub(title).split())[:500] if isinstance(title, str) else ""
