"""Lists of feeds in OPML (http://opml.org/spec2.opml), which every feed reader exports and imports."""

import re
from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

from lxml import etree

from nlp.clean import line_of
from nlp.discovery import Found
from nlp.errors import Unreadable
from nlp.formats.encoding import scrub
from nlp.formats.fields import web_address

MOST_BYTES = 16 << 20
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_opml(data: bytes) -> list[Found]:
    """The feeds in an OPML file, in its order and however deep its folders are.

    Raises Unreadable when it is too large, or names no feed.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable(f"the file is larger than {MOST_BYTES >> 20} MB; split it")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, remove_comments=True)
    try:
        tree = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"this is no OPML: {error}") from None
    outlines = [] if tree is None else [_lowered(outline) for outline in tree.iter("{*}outline", "outline")]
    found = [Found(web_address(one.get("xmlurl", "")), _title(one)) for one in outlines]
    feeds = {feed.url: feed for feed in reversed(found) if feed.url}
    if not feeds:
        raise Unreadable("there is no feed in it: no <outline> has an xmlUrl with a web address")
    return list(reversed(feeds.values()))


def write_opml(feeds: Iterable[Found]) -> str:
    """An OPML 2.0 document of these feeds."""
    lines = (_outline(feed) for feed in feeds)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n<head><title>Feeds of Copydesk</title></head>'
    return "\n".join([head, "<body>", *lines, "</body>", "</opml>", ""])


def _outline(feed: Found) -> str:
    name = quoteattr(_NOT_XML.sub("\ufffd", feed.title or feed.url))
    return f'<outline type="rss" text={name} title={name} xmlUrl={quoteattr(_NOT_XML.sub("", feed.url))}/>'


def _lowered(outline: etree._Element) -> dict[str, str]:
    """Its attributes by lower-case names: writers do not agree on xmlUrl."""
    return {str(name).lower(): scrub(str(value)) for name, value in outline.attrib.items()}


def _title(outline: dict[str, str]) -> str:
    return line_of(outline.get("title") or outline.get("text") or "")[:500]
