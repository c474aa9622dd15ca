"""Everything that reads what strangers wrote, as functions of bytes, and what must hold whatever they are given."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import islice

from nlp.clean import blocks, normalised
from nlp.declared import take
from nlp.errors import Unreadable
from nlp.extract import Extracted, extract
from nlp.fingerprints import text_hash, title_key, url_key
from nlp.formats import Document, Kind, Refused, split
from nlp.formats.archives import read_archive
from nlp.formats.compressed import gunzip
from nlp.formats.dates import moment
from nlp.formats.encoding import decode
from nlp.formats.feeds import read_feed
from nlp.formats.records import read_json
from nlp.sentences import split_sentences
from nlp.skips import skip_reason
from nlp.spans import Span
from nlp.widgets import is_widget
from nlp.words import split_words

SECONDS = 2.0  # of processor time an input of up to 1 MB
MOST = 5  # documents of an input that are read to the end
Reader = Callable[[bytes], None]


def in_time(read: Reader, data: bytes) -> None:
    """Read, and fail when it took too long."""
    before = time.process_time()
    read(data)
    took = time.process_time() - before
    assert took < SECONDS, f"{took:.1f} s for {len(data)} bytes"


def files(data: bytes) -> None:
    """The whole thinking of ingest, of a file as it arrives."""
    with suppress(Unreadable):
        for item in islice(split(data, limit=16 << 20), MOST):
            if isinstance(item, Document):
                _ingested(item)
            else:
                assert item.where and item.reason
                _storable(item.where, item.reason)


def pages(data: bytes) -> None:
    _ingested(_document("html", data))


def texts(data: bytes) -> None:
    _ingested(_document("text", data))


def markdown(data: bytes) -> None:
    _ingested(_document("markdown", data))


def feeds(data: bytes) -> None:
    with suppress(Unreadable):
        _items(list(read_feed(data)))


def archives(data: bytes) -> None:
    with suppress(Unreadable):
        _items(list(read_archive(b"WARC/1.0\r\n" + data)))


def records(data: bytes) -> None:
    with suppress(Unreadable):
        _items(list(read_json(decode(data))))


def packed(data: bytes) -> None:
    with suppress(Unreadable):
        gunzip(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + data, 1 << 20)


def characters(data: bytes) -> None:
    """Encodings, sentences and words, of every text that the bytes can be taken for."""
    for charset in ("", "utf-8", "cp1252", "utf-16", "shift_jis"):
        text = decode(data, charset)
        _storable(text)
        _covers(text, split_sentences(text))
        _covers(text, list(split_words(text)))


def lines(data: bytes) -> None:
    """Labels, widgets, dates and keys, line by line."""
    found = [line for block in blocks(normalised(decode(data))) for line in block]
    kept, declared = take(found, is_widget)
    assert set(kept) <= set(found)
    assert all(one.title for one in declared)
    for line in found:
        _moment(moment(line))
        assert title_key(line) == title_key(title_key(line)) or len(line) > 100
        assert url_key(line) == url_key(url_key(line))
        assert len(text_hash(line)) == 32


READERS: dict[str, Reader] = {
    read.__name__: read for read in (files, pages, texts, markdown, feeds, archives, records, packed, characters, lines)
}


def _document(kind: Kind, data: bytes) -> Document:
    return Document(kind, decode(data), url="https://news.example/today/story")


def _items(items: Sequence[Document | Refused]) -> None:
    for item in items:
        if isinstance(item, Document):
            _known(item.body, item.url, item.title, item.author, item.source, item.language)
            _moment(item.published)
            assert item.body or item.url
        else:
            _known(item.where, item.reason)


def _ingested(document: Document) -> None:
    _items([document])
    try:
        found = extract(document)
    except Unreadable as refusal:
        assert str(refusal)
        return
    _article(found)
    spans = split_sentences(found.text)
    _covers(found.text, spans)
    assert skip_reason(found) is None or found.text is not None


def _article(found: Extracted) -> None:
    declared = [text for one in found.declared for text in (one.title, one.url or "")]
    _storable(found.title, found.text, found.author, found.url, found.source, found.attribution or "", *declared)
    assert found.language
    _moment(found.published)
    assert [one.kind for one in found.declared] in ([], ["previous"], ["next"], ["previous", "next"])
    assert all(one == one.strip() and one for one in found.text.split("\n\n")) or not found.text
    assert all(one.url is None or one.url.startswith(("http://", "https://", "HTTP")) for one in found.declared)


def _moment(found: object) -> None:
    assert found is None or (found.utcoffset() == timedelta(0) and 1699 <= found.year <= 2201)  # type: ignore[attr-defined]


def _known(*texts: str) -> None:
    assert all(isinstance(text, str) for text in texts)
    _storable(*texts)


def _storable(*texts: str) -> None:
    """What PostgreSQL takes: no NUL, and no half of a surrogate pair."""
    for text in texts:
        assert "\0" not in text
        text.encode()


def _covers(text: str, spans: Sequence[Span]) -> None:
    """In order, apart, within the text, not blank, and with all of it between them that is not space."""
    last = 0
    for start, end in spans:
        assert last <= start < end <= len(text)
        assert not text[last:start].strip()
        assert text[start:end].strip()
        last = end
    assert not text[last:].strip()
