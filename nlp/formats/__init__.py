"""Articles out of any file, feed or request body. The format is judged by content, never by name."""

from collections.abc import Iterator

from nlp.errors import Unreadable
from nlp.formats.archives import is_archive, read_archive
from nlp.formats.compressed import LIMIT, gunzip
from nlp.formats.document import Document, Kind, Refused
from nlp.formats.encoding import decode
from nlp.formats.feeds import read_feed
from nlp.formats.markdown import front_matter
from nlp.formats.records import read_json
from nlp.formats.sniff import format_of, refuse_foreign

__all__ = ["Document", "Kind", "Refused", "split"]


def split(data: bytes, name: str = "", limit: int = LIMIT) -> Iterator[Document | Refused]:
    """The documents in `data`, one at a time, and a Refused for each item that cannot be read.

    Plain text, HTML, Markdown, JSON, JSON Lines, JSON Feed, RSS, Atom, RDF and WARC, each also gzipped.
    `name` is only used in messages; `limit` bounds the bytes after decompression.
    Raises Unreadable, at the first item, when nothing can be read at all.
    """
    try:
        yield from _items(gunzip(data, limit))
    except Unreadable as error:
        raise Unreadable(f"{name}: {error}" if name else str(error)) from None


def _items(data: bytes) -> Iterator[Document | Refused]:
    refuse_foreign(data)
    if is_archive(data):
        return read_archive(data)
    text = decode(data)
    match format_of(text):
        case "json":
            return read_json(text)
        case "feed":
            return read_feed(data)
        case "html":
            return iter([Document("html", text)])
        case "markdown":
            return iter([front_matter(text)])
        case "text":
            return iter([Document("text", text)])
