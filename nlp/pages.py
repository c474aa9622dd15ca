"""A web page as an article: trafilatura finds the text, lxml the neighbours that the page links to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import urljoin

from nlp.clean import line_of, normalised
from nlp.declared import Declared, Which, label_of, labelled
from nlp.fingerprints import without_site
from nlp.formats.dates import moment
from nlp.formats.document import Document
from nlp.formats.encoding import scrub
from nlp.formats.fields import web_address

MOST_CHARACTERS = 16 << 20
_WHOLE = re.compile(r"<(?:!doctype|html|head|body)\b", re.IGNORECASE)
_PUBLISHED = re.compile(
    r"""(?:property|name|itemprop)=["'](?:article:published_time|datePublished|date|DC\.date\.issued|sailthru\.date|parsely-pub-date)["']"""
    r"""[^<>]{0,100}?(?:content|datetime)=["']([^"'<>]{8,40})["']|"datePublished"\s*:\s*"([^"]{8,40})\"""",
    re.IGNORECASE,
)
_SIDES: dict[str, Which] = {
    "prev": "previous",
    "previous": "previous",
    "older": "previous",
    "next": "next",
    "newer": "next",
}
_NUMBERED = re.compile(r"[?&/](?:page|p|paged|pg)[=/]\d+|/\d{1,3}/?$")
_LABEL_FIRST = re.compile(
    r"(?P<label>(?:previous|prev|next|older|newer) (?:article|post|story|entry|news|item))\W+(?P<title>\S.*)",
    re.IGNORECASE,
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_SILENT = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "svg",
        "form",
        "button",
        "select",
        "nav",
        "figcaption",
        "object",
        "audio",
        "video",
        "math",
        "head",
    ]
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
    """The article of a page, or the text of a piece of HTML as feeds carry it. A page without one has no text."""
    from lxml import etree

    html = document.body[:MOST_CHARACTERS]
    try:
        tree = _tree(html)
        if tree is None:
            return Page()
        base = _base(tree, document.url)
        links = tuple(_links(tree))
        neighbours = {one.kind: one for one in reversed(list(_neighbours(tree, base)))}
        found = _article(tree, html, document.url) if _WHOLE.search(html, 0, 20_000) else Page("\n".join(_lines(tree)))
    # What hostile markup makes of the parsers: too deep, no tree, an impossible tree.
    except (RecursionError, ValueError, TypeError, AttributeError, AssertionError, etree.LxmlError):
        return Page()
    return replace(found, declared=tuple(neighbours.values()), base=base, links=links)


def _tree(html: str) -> Any:
    from lxml.html import HTMLParser, fromstring

    # Bytes with a named encoding, for lxml refuses characters whose markup declares another one.
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    return fromstring(html.encode("utf-8", "replace"), parser=parser) if html.strip() else None


def _article(tree: Any, html: str, url: str) -> Page:
    from trafilatura import bare_extraction

    said = _PUBLISHED.search(html)
    found = bare_extraction(
        tree,
        url=url or None,
        with_metadata=True,
        include_comments=False,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if found is None:
        return Page()
    site = line_of(found.sitename or "")
    return Page(
        text=scrub(found.text or ""),
        title=without_site(line_of(scrub(found.title or "")), site),
        author=line_of(scrub(found.author or "")),
        published=(moment(said[1] or said[2]) if said else None) or moment(found.date),
        url=web_address(urljoin(url, found.url or "")),
        source=site,
        language=(found.language or "")[:35],
    )


def absolute(base: str, href: str) -> str:
    """The http address that `href` means on a page at `base`, or an empty string."""
    try:
        return web_address(urljoin(base, href.strip())) if href else ""
    except ValueError:
        return ""


def _links(tree: Any) -> Iterator[tuple[str, str]]:
    return ((line_of("".join(link.itertext())), link.get("href")) for link in tree.iter("a") if link.get("href"))


def _neighbours(tree: Any, base: str) -> Iterator[Declared]:
    """What the links of a page declare, those in its text before those in its head."""
    for link in tree.iter("a"):
        if found := _neighbour(link):
            href = link.get("href") or ""
            yield replace(found, url=absolute(base, "" if href.startswith("#") else href) or None)
    for link in tree.iter("link"):
        title, address = line_of(link.get("title") or ""), absolute(base, link.get("href") or "")
        if address and (side := _side(link.get("rel"))) and not _NUMBERED.search(address):
            yield Declared(side, title, address)


def _neighbour(link: Any) -> Declared | None:
    """The neighbour that an anchor declares: by the label in it, by its relation, by the class of what holds it."""
    pieces = [piece for piece in map(line_of, link.itertext()) if piece]
    whole = " ".join(pieces)
    if not 2 < len(whole.split()) <= 40:
        return None
    if first := labelled(whole):
        return first
    if first_label := _LABEL_FIRST.fullmatch(whole):
        return Declared(_SIDES[first_label["label"].split()[0].lower()], first_label["title"])
    labels = [label for label in map(label_of, pieces) if label]
    title = " ".join(piece for piece in pieces if not label_of(piece)).strip(" «»←→‹›")
    side = _side(link.get("rel")) or (labels[0] if labels else None) or _held(link) or _label_before(link)
    return Declared(side, title) if side and len(title.split()) > 2 else None


def _held(link: Any) -> Which | None:
    """The side that the class of a link, or of the two elements around it, names: "nav-previous", "post-next"."""
    around = [link, *list(link.iterancestors())[:2]]
    return next(filter(None, (_side(re.sub("[-_]+", " ", element.get("class") or "")) for element in around)), None)


def _label_before(link: Any) -> Which | None:
    """The side named by what stands right before a link: `<p>Next Post</p><p><a>Headline</a></p>`."""
    for element in (link, link.getparent()):
        if element is None or (before := element.getprevious()) is None:
            continue
        text = line_of((before.tail or "").strip() or "".join(islice(before.itertext(), 5))[:100])
        if side := label_of(text):
            return side
    return None


def _base(tree: Any, url: str) -> str:
    """The address that a page's links are relative to: its base element, where it came from, or what it calls itself."""
    for path, name in (("//base[@href]", "href"), ("//link[@rel='canonical'][@href]", "href"), ("//meta[@property='og:url']", "content")):
        found = tree.xpath(path)
        address = absolute(url, found[0].get(name) or "") if found else ""
        if address and (path.startswith("//base") or not url):
            return address
    return url


def _side(words: str | None) -> Which | None:
    return next((_SIDES[word] for word in (words or "").lower().split() if word in _SIDES), None)


def _lines(tree: Any) -> Iterator[str]:
    """The text of a piece of HTML, a line for each block, without menus, forms, scripts and captions."""
    from lxml.etree import iterwalk

    words: list[str] = []
    silent = 0
    for event, element in iterwalk(tree, events=("start", "end")):
        if element.tag in _SILENT:
            silent += 1 if event == "start" else -1
        if element.tag in _BLOCKS and (line := line_of("".join(words))):
            yield line
        if element.tag in _BLOCKS:
            words.clear()
        words.append((("" if silent else element.text) if event == "start" else ("" if silent else element.tail)) or "")
    if line := line_of(normalised("".join(words))):
        yield line
