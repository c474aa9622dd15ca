"""The links of a page, and which of them lead to the article before and the article after."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import chain, islice
from typing import Any
from urllib.parse import urljoin

from nlp.clean import line_of
from nlp.declared import Declared, Which, label_of, labelled
from nlp.formats.fields import web_address

LONGEST = 8000  # characters of two addresses together; of what is longer nothing is fetched or stored
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


def absolute(base: str, href: str) -> str:
    """The http address that `href` means on a page at `base`, or an empty string."""
    if not href or len(base) + len(href) > LONGEST:
        return ""
    try:
        return web_address(urljoin(base, href.strip()))
    except ValueError:
        return ""


def links_of(tree: Any) -> Iterator[tuple[str, str]]:
    """The text and the href of each anchor."""
    return ((line_of("".join(link.itertext())), link.get("href")) for link in tree.iter("a") if link.get("href"))


def neighbours_of(tree: Any, base: str) -> Iterator[Declared]:
    """What the links of a page declare, those in its text before those in its head."""
    around = _Around()
    for link in tree.iter("a"):
        if found := _neighbour(link, around):
            href = link.get("href") or ""
            yield replace(found, url=absolute(base, "" if href.startswith("#") else href) or None)
    for link in tree.iter("link"):
        title, address = line_of(link.get("title") or ""), absolute(base, link.get("href") or "")
        if address and (side := _side(link.get("rel"))) and not _NUMBERED.search(address):
            yield Declared(side, title, address)


def _neighbour(link: Any, around: "_Around") -> Declared | None:
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
    side = _side(link.get("rel")) or (labels[0] if labels else None) or around.side(link)
    return Declared(side, title) if side and len(title.split()) > 2 else None


class _Around:
    """What stands around the links of a page. Of an element that holds many links it is read once."""

    def __init__(self) -> None:
        self._class_side, self._side_before = cache(_class_side), cache(_side_before)

    def side(self, link: Any) -> Which | None:
        """The side that the classes of a link and of the two elements around it name, else what stands right before it
        or before the element that holds it: `<p>Next Post</p><p><a>Headline</a></p>`.
        """
        holders = list(islice(link.iterancestors(), 2))
        named = (self._class_side(element) for element in [link, *holders])
        before = (self._side_before(element) for element in [link, *holders[:1]])
        return next(filter(None, chain(named, before)), None)


def _class_side(element: Any) -> Which | None:
    """The side that the class of an element names: "nav-previous", "post-next"."""
    return _side(re.sub("[-_]+", " ", element.get("class") or ""))


def _side_before(element: Any) -> Which | None:
    """The side that the text right before an element names, if it names one."""
    if (before := element.getprevious()) is None:
        return None
    return label_of(line_of((before.tail or "").strip() or "".join(islice(before.itertext(), 5))[:100]))


def base_of(tree: Any, url: str) -> str:
    """The address that a page's links are relative to: its base element, its own, or what it calls itself."""
    for path, name in (
        ("//base[@href]", "href"),
        ("//link[@rel='canonical'][@href]", "href"),
        ("//meta[@property='og:url']", "content"),
    ):
        found = tree.xpath(path)
        address = absolute(url, found[0].get(name) or "") if found else ""
        if address and (path.startswith("//base") or not url):
            return address
    return url


def _side(words: str | None) -> Which | None:
    return next((_SIDES[word] for word in (words or "").lower().split() if word in _SIDES), None)
