"""A web page as an article: trafilatura finds the text, lxml the neighbours that the page links to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from nlp.clean import line_of
from nlp.declared import Declared
from nlp.errors import Unreadable
from nlp.fingerprints import without_site
from nlp.formats.dates import moment
from nlp.formats.document import Document
from nlp.formats.encoding import scrub
from nlp.links import absolute, base_of, links_of, neighbours_of

MOST_CHARACTERS = 16 << 20
MOST_ELEMENTS = 100_000  # of a page; trafilatura takes up to 0.1 ms for each
_WHOLE = re.compile(r"<(?:!doctype|html|head|body)\b", re.IGNORECASE)
_PUBLISHED = re.compile(
    r"""(?:property|name|itemprop)=["']"""
    r"""(?:article:published_time|datePublished|date|DC\.date\.issued|sailthru\.date|parsely-pub-date)["']"""
    r"""[^<>]{0,100}?(?:content|datetime)=["']([^"'<>]{8,40})["']|"datePublished"\s*:\s*"([^"]{8,40})\"""",
    re.IGNORECASE,
)

_BLOCKS = re.compile(
    r"address|article|aside|blockquote|body|br|caption|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form"
    r"|h[1-6r]|header|li|main|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul"
)
_SILENT = re.compile(
    r"script|style|noscript|template|iframe|svg|form|button|select|nav|figcaption|object|audio|video|math|head"
)


@dataclass(frozen=True)
class Page:
    """What a page says: one paragraph a line in `text`; the page's own word before its container's."""

    text: str = ""
    title: str = ""
    author: str = ""
    published: datetime | None = None
    url: str = ""
    source: str = ""
    language: str = ""
    declared: tuple[Declared, ...] = ()
    base: str = ""  # what the links are relative to
    links: tuple[tuple[str, str], ...] = ()  # (text, href) of each anchor


def read_page(document: Document) -> Page:
    """The article of a page, or the text of a piece of HTML as feeds carry it. A page without one has no text.

    Raises Unreadable when the page has more elements than any article's.
    """
    from lxml import etree

    html = document.body[:MOST_CHARACTERS]
    try:
        tree = _tree(html)
        if tree is None:
            return Page()
        _bound(tree)
        base = base_of(tree, document.url)
        links = tuple(links_of(tree))
        declared = tuple(neighbours_of(tree, base))
        whole = _WHOLE.search(html, 0, 20_000)
        found = _article(tree, html, document.url) if whole else Page("\n".join(filter(None, _lines(tree))))
    except Unreadable:
        raise
    # What hostile markup makes of the parsers: too deep, no tree, an impossible tree.
    except (RecursionError, ValueError, TypeError, AttributeError, AssertionError, etree.LxmlError):
        return Page()
    return replace(found, declared=declared, base=base, links=links)


def _tree(html: str) -> Any:
    from lxml.html import HTMLParser, fromstring

    # Bytes with a named encoding, for lxml refuses characters whose markup declares another one.
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    return fromstring(html.encode("utf-8", "replace"), parser=parser) if html.strip() else None


def _bound(tree: Any) -> None:
    if next(islice(tree.iter(), MOST_ELEMENTS, None), None) is not None:
        raise Unreadable(f"the page has more than {MOST_ELEMENTS:,} elements; send its text")


def _article(tree: Any, html: str, url: str) -> Page:
    from trafilatura import bare_extraction

    _know_english_only()
    said = _PUBLISHED.search(html)
    found = bare_extraction(
        tree,
        url=url or None,
        with_metadata=True,
        include_comments=False,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if found is None or isinstance(found, dict):  # a dictionary only comes when asked for
        return Page()
    site = line_of(found.sitename or "")
    return Page(
        text=scrub(found.text or ""),
        title=without_site(line_of(scrub(found.title or "")), site),
        author=line_of(scrub(found.author or "")),
        published=(moment(said[1] or said[2]) if said else None) or moment(found.date),
        url=_own(url, found.url or ""),
        source=site,
        language=(found.language or "")[:35],
    )


@cache
def _know_english_only() -> None:
    """Give trafilatura's last resort the stop words of English alone.

    Those of all languages, its default, take 28 MB a process, and cut out no page of bench.extraction better.
    """
    from justext.utils import get_stoplist  # type: ignore[import-untyped]
    from trafilatura import external

    external.JT_STOPLIST = tuple(get_stoplist("English"))  # type: ignore[assignment]


def _own(url: str, canonical: str) -> str:
    """What the page calls itself, unless it names another site than it came from: nobody may speak for others."""
    said = absolute(url, canonical)
    return said if not url or _site(said) == _site(url) else ""


def _site(url: str) -> str:
    return re.sub(r"^(?:www|m|mobile|amp|edition)\.", "", urlsplit(url).hostname or "")


def _lines(tree: Any) -> Iterator[str]:
    """The text of a piece of HTML, a line for each block, without menus, forms, scripts and captions."""
    from lxml.etree import iterwalk

    words: list[str] = []
    silent = 0
    for event, element in iterwalk(tree, events=("start", "end")):
        begins = event == "start"
        if _SILENT.fullmatch(element.tag):
            silent += 1 if begins else -1
        if _BLOCKS.fullmatch(element.tag):
            yield line_of("".join(words))
            words.clear()
        if not silent:
            words.append((element.text if begins else element.tail) or "")
    yield line_of("".join(words))
