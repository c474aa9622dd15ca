"""WARC, the web archive: its answers and resources that are pages, one after the other."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from nlp.errors import Unreadable, said
from nlp.formats.dates import moment
from nlp.formats.document import Document, Refused
from nlp.formats.encoding import decode
from nlp.formats.fields import web_address

MOST_BYTES = 16 << 20  # one page
_TYPES = {"text/html": "html", "application/xhtml+xml": "html", "text/plain": "text"}


def is_archive(data: bytes) -> bool:
    """Whether the bytes begin as WARC records do."""
    return data.startswith(b"WARC/")


def read_archive(data: bytes) -> Iterator[Document | Refused]:
    """The pages in the response and resource records of a WARC file; other records are passed over.

    A record that is damaged ends the reading with a Refused, for what follows it cannot be found.
    """
    from warcio.archiveiterator import ArchiveIterator

    records = iter(ArchiveIterator(BytesIO(data)))
    number = 0
    while True:
        number += 1
        try:
            record = next(records, None)
            item = _item(record, f"record {number}") if record is not None else None
        except Exception as error:  # warcio raises what its readers raise: zlib, Unicode, value and its own errors
            if number == 1:
                raise Unreadable(f"broken WARC, no readable record in it ({said(error)}); write it again") from None
            yield Refused(f"record {number}", f"broken WARC record ({said(error)}); records after it are lost")
            return
        if record is None and number == 1:
            raise Unreadable("broken WARC, no readable record in it; write it again")
        if record is None:
            return
        if item is not None:
            yield item


def _item(record: Any, where: str) -> Document | Refused | None:
    if record.rec_type is None:
        raise ValueError("it has no WARC-Type")
    if record.rec_type not in {"response", "resource"}:
        return None
    headers = record.http_headers if record.http_headers is not None else record.rec_headers
    media, _, rest = (headers.get_header("Content-Type") or "").partition(";")
    kind = _TYPES.get(media.strip().lower())
    if kind is None or (record.http_headers is not None and not str(headers.get_statuscode()).startswith("2")):
        return None
    body = record.content_stream().read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return Refused(where, f"the page is larger than {MOST_BYTES >> 20} MB; leave it out")
    url = web_address(record.rec_headers.get_header("WARC-Target-URI") or "")
    charset = rest.lower().partition("charset=")[2].split(";")[0].strip(" \"'")
    if not (text := decode(body, charset)).strip():  # without a body it would be fetched from wherever it came
        return Refused(where, "the page is empty; leave it out")
    return Document("html" if kind == "html" else "text", text, url, published=_modified(record))


def _modified(record: Any) -> Any:
    """The server's Last-Modified. The date of the crawl says nothing about the article."""
    return moment(record.http_headers.get_header("Last-Modified")) if record.http_headers is not None else None
