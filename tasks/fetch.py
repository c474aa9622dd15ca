"""Fetching a page by URL, for an article that came without its text."""

from collections.abc import Callable
from dataclasses import replace
from itertools import islice

from config.settings import settings
from nlp.errors import Unreadable
from nlp.formats import Document, split
from tasks import http
from tasks.errors import Unreachable, Unusable


def fetch(document: Document, enter: Callable[[str], None]) -> Document:
    """The document with the page behind its URL as its body; `enter` is asked before each request.

    Raises Unusable when the page cannot be had or is no article, Unreachable when another try may succeed.
    """
    answer = http.get(document.url, enter, http.for_pages())
    if answer.status != 200:
        kind = Unreachable if answer.status in http.IN_TROUBLE else Unusable
        raise kind(f"{answer.url} answered with status {answer.status}.")
    return _page(document, answer.body)


def _page(document: Document, body: bytes) -> Document:
    try:
        items = list(islice(split(body, limit=settings().max_body_bytes), 2))
    except Unreadable as error:
        raise Unusable(f"{document.url} is no readable article: {error}") from None
    page = items[0] if len(items) == 1 else None
    if not isinstance(page, Document) or not page.body.strip():
        raise Unusable(
            f"{document.url} is a feed or a list of articles, or empty: subscribe to it, or add it as a file."
        )
    return replace(
        page,
        url=document.url,
        title=document.title or page.title,
        author=document.author or page.author,
        published=document.published or page.published,
        source=document.source or page.source,
    )
