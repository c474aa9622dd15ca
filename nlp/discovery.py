"""The feeds that a page names in its head: `<link rel="alternate" type="application/rss+xml" href=...>`."""

from dataclasses import dataclass

from lxml import html
from lxml.etree import ParserError

from nlp.clean import line_of
from nlp.formats.encoding import decode
from nlp.links import absolute, base_of

_KINDS = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
_COMMENTS = ("comment", "kommentar", "commentaire", "comentario")
MOST = 50  # feeds of one page


@dataclass(frozen=True)
class Found:
    """A feed that is named somewhere."""

    url: str
    title: str


def feeds_of(page: bytes, url: str) -> list[Found]:
    """The feeds that the page at `url` names, in its order, those of comments last."""
    try:
        tree = html.document_fromstring(decode(page))
    except (ParserError, ValueError):  # nothing in it, or an encoding declared inside text
        return []
    base = base_of(tree, url)
    found: dict[str, Found] = {}
    for link in tree.iter("link"):
        kind, relations = (link.get("type") or "").partition(";")[0].strip().lower(), (link.get("rel") or "").lower()
        address = absolute(base, link.get("href") or "")
        if kind in _KINDS and "alternate" in relations.split() and address:
            found.setdefault(address, Found(address, line_of(link.get("title") or "")[:500]))
    return sorted(found.values(), key=_is_of_comments)[:MOST]


def _is_of_comments(found: Found) -> bool:
    return any(word in f"{found.title} {found.url}".lower() for word in _COMMENTS)
