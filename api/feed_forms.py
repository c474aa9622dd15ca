"""Articles as RSS 2.0 (rssboard.org/rss-specification) and as JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from tasks.feed_items import Item

ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
register_namespace("atom", ATOM)
register_namespace("dc", DC)
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # W3C, XML 1.0, production 2
UNTITLED = "Untitled"


@dataclass(frozen=True)
class Feed:
    """What a feed says of itself; addresses are absolute. `home` ends with a slash."""

    title: str
    home: str
    address: str
    changed: datetime | None


def rss(feed: Feed, items: Sequence[Item]) -> bytes:
    """The feed as XML. What XML cannot hold (control characters) is left out."""
    root = Element("rss", version="2.0")
    channel = SubElement(root, "channel")
    _add(channel, "title", feed.title)
    _add(channel, "link", feed.home)
    _add(channel, "description", f"{feed.title}: the newest articles, each with its summary.")
    SubElement(channel, f"{{{ATOM}}}link", href=_clean(feed.address), rel="self", type="application/rss+xml")
    if feed.changed is not None:
        _add(channel, "lastBuildDate", format_datetime(feed.changed, usegmt=True))
    for item in items:
        _item(SubElement(channel, "item"), item, feed.home)
    made: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _item(parent: Element, item: Item, home: str) -> None:
    _add(parent, "title", item.title or UNTITLED)
    _add(parent, "link", item.url or page(home, item))
    _add(parent, "guid", page(home, item), isPermaLink="false")  # that of the article on this desk, whatever its link
    _add(parent, "pubDate", format_datetime(item.at, usegmt=True))
    if item.summary:
        _add(parent, "description", escape(item.summary, quote=False))  # a description is HTML, says RSS
    if item.author or item.source:
        _add(parent, f"{{{DC}}}creator", item.author or item.source)


def _add(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = _clean(text)


def _clean(text: str) -> str:
    return _NO_XML.sub("", text)


def json_feed(feed: Feed, items: Sequence[Item]) -> bytes:
    """The feed as JSON."""
    said = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.address,
        "items": [_json_item(item, feed.home) for item in items],
    }
    return json.dumps(said, ensure_ascii=False).encode()


def _json_item(item: Item, home: str) -> dict[str, object]:
    who = item.author or item.source
    return {
        "id": page(home, item),
        "url": item.url or page(home, item),
        "title": item.title or UNTITLED,
        "content_text": item.summary,
        "date_published": item.at.isoformat(),
        "date_modified": item.changed.isoformat(),
        **({"authors": [{"name": who}]} if who else {}),
        **({"language": item.language} if item.language else {}),
    }


def page(home: str, item: Item) -> str:
    """The address of the article's page on this desk."""
    return f"{home}articles/{item.id}"
