"""A document as an article: headline, clean text, what the page says about itself and about its neighbours."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from nlp import clean, widgets
from nlp.attribution import attribution, outlet_named
from nlp.declared import Declared, is_headline, take
from nlp.errors import Unreadable
from nlp.fingerprints import title_key, without_site
from nlp.formats.dates import moment
from nlp.formats.document import Document
from nlp.formats.markdown import plain
from nlp.language import detect
from nlp.links import absolute
from nlp.pages import Page, read_page

__all__ = ["Declared", "Extracted", "extract"]

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}\.?"
_DATED = re.compile(
    rf"(?:(?:Published|Posted|Updated|Date)(?: on)?:? *)?(?P<date>\d{{1,2}} {_MONTH},? \d{{4}}"
    rf"|{_MONTH} \d{{1,2}},? \d{{4}}|\d{{4}}-\d\d-\d\d)"
    r"(?:,? (?:at )?\d{1,2}:\d\d.{0,12})?",
)
_WORD = r"[^\W\da-z_][\w.’'-]*"
_BYLINE = re.compile(
    rf"(?:[Bb]y|BY|Written by|Words by):? +(?P<name>{_WORD}(?:(?: +| *[,&/] *)(?:and|of|the|de|da|van|von|der|al"
    rf"|bin|{_WORD})){{0,14}})"
)
_OUTLET = re.compile(
    r", *(?P<outlet>[^,]{0,60}\b(?:Post|Times|Herald|News|Press|Courier|Gazette|Tribune|Journal|Observer|Mail"
    r"|Guardian|Star|Ledger|Reuters|AP|AFP"
    r"|Bloomberg|Review|Dispatch|Chronicle|Wire|Agency|Staff|Correspondent|Editor)\b[^,]{0,30})$"
)
# 50,000 words. Of the worst text of this length the tagger takes a third of the time that a stage has.
MOST_CHARACTERS = 300_000
_PREFACE = 5  # blocks at the top among which a byline and a date are looked for


@dataclass(frozen=True)
class Extracted:
    """An article ready to store. Unknown strings are empty; `language` is an ISO 639-1 code or "und".

    `text` is paragraphs joined by an empty line. `attribution` is the outlet that the text credits.
    """

    title: str
    text: str
    author: str
    published: datetime | None
    language: str
    url: str
    source: str
    attribution: str | None
    declared: tuple[Declared, ...]


def extract(document: Document) -> Extracted:
    """The article in a document. Nothing readable in it gives an empty text, which `skip_reason` names.

    Raises Unreadable when it is longer than any article, or a page of more elements.
    """
    page = _page(document)
    blocks = clean.blocks(clean.normalised(page.text))
    blocks, author, published = _preface(blocks)
    title = clean.line_of(document.title) or page.title or _first_line(blocks)
    title = without_site(title, page.source or document.source)
    body, declared = _body(blocks, title, page)
    text = "\n\n".join(body)
    byline, outlet = _person(document.author or page.author or author)
    return Extracted(
        title=title,
        text=text,
        author=byline,
        published=document.published or page.published or published,
        language=detect(f"{title}\n{text}", document.language or page.language)[0],
        url=page.url or document.url,
        source=document.source or page.source or outlet,
        attribution=attribution(text) or outlet_named(outlet or byline),
        declared=declared,
    )


def _page(document: Document) -> Page:
    """Any kind of document as a page; in HTML each line is a paragraph."""
    if document.kind == "html":
        page = read_page(document)
        return replace(page, text=_bounded(page.text).replace("\n", "\n\n"))
    if document.kind == "markdown":
        heading, text = plain(_bounded(document.body))
        return Page(text=text, title=clean.line_of(heading))
    return Page(text=_bounded(document.body))


def _bounded(text: str) -> str:
    if len(text) > MOST_CHARACTERS:
        raise Unreadable(f"the text has more than {MOST_CHARACTERS:,} characters; send it in parts")
    return text


def _preface(blocks: list[list[str]]) -> tuple[list[list[str]], str, datetime | None]:
    """The blocks without the lines of byline and date among the first ones, and what those lines said."""
    author, published = "", None
    head: list[list[str]] = []
    for block in blocks[:_PREFACE]:
        lines = []
        for line in block:
            byline, dated = _byline(line), _dated(line)
            author, published = author or byline, published or dated
            if not byline and not dated:
                lines.append(line)
        head.append(lines)
    return [block for block in head + blocks[_PREFACE:] if block], author, published


def _byline(line: str) -> str:
    """The name in "By Jane Doe", "By Jane Doe, Harbour Post | 12 March 2026"."""
    first = re.split(r" *[|•·] *| +[–—-] +", line, maxsplit=1)[0] if len(line) <= 120 else ""
    found = _BYLINE.fullmatch(first.strip())
    return found["name"] if found else ""


def _person(byline: str) -> tuple[str, str]:
    """The name and the outlet in "Jane Doe, Harbour Post"; without an outlet's word in it, all of it is a name."""
    found = _OUTLET.search(byline)
    return (byline[: found.start()], found["outlet"]) if found else (byline, "")


def _dated(line: str) -> datetime | None:
    """The date in a line that holds little else, or behind a byline."""
    if len(line) > 120:
        return None
    part = re.split(r" *[|•·] *| +[–—-] +", line)[-1] if _byline(line) else line
    found = _DATED.fullmatch(part.strip())
    return moment(found["date"]) if found else None


def _first_line(blocks: list[list[str]]) -> str:
    """The headline of plain text: a short first line without a final period, an empty line or a long line after it."""
    own = [[line for line in block if not widgets.is_widget(line)] for block in blocks[:_PREFACE]]
    first = next(filter(None, own), [])
    if not first or not is_headline(first[0]):
        return ""
    alone = len(first) == 1 and len(blocks) > 1
    return first[0] if alone or (len(first) > 1 and len(first[1]) >= 120) else ""


def _body(blocks: list[list[str]], title: str, page: Page) -> tuple[list[str], tuple[Declared, ...]]:
    """The paragraphs that are the article's, and the neighbours declared between them or by the page's links."""
    lines = [line for block in blocks for line in [*block, ""]]
    kept, found = take(lines, widgets.is_widget)
    declared = _merged([*_linked(found, page), *page.declared])
    foreign = {title_key(one.title) for one in declared} | {title_key(title)} - {""}
    own = [line for line in kept if not line or not (widgets.is_widget(line) or title_key(line) in foreign)]
    return [text for block in clean.blocks("\n".join(own)) for text in clean.paragraphs(block)], declared


def _linked(found: list[Declared], page: Page) -> list[Declared]:
    """The neighbours, each with the address of the first link that has its headline for text."""
    hrefs = {title_key(text): href for text, href in reversed(page.links)} if found else {}
    return [
        Declared(one.kind, one.title, absolute(page.base, hrefs.get(title_key(one.title), "")) or None) for one in found
    ]


def _merged(found: list[Declared]) -> tuple[Declared, ...]:
    """One neighbour a side, the first with a headline before any without; previous before next."""
    best: dict[str, Declared] = {}
    for one in sorted(found, key=lambda one: not one.title):
        known = best.get(one.kind)
        if known is None:
            best[one.kind] = one
        elif known.url is None and one.url and title_key(one.title) in {title_key(known.title), ""}:
            best[one.kind] = Declared(known.kind, known.title, one.url)
    return tuple(best[kind] for kind in ("previous", "next") if kind in best)
