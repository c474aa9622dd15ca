"""The search page: articles by words, by meaning, or by both, each with the passage that was found."""

from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import HTMLResponse
from pydantic import AfterValidator, Field

from api.entities import storable
from api.marks import Paragraph, marked
from api.pages.filters import Chosen
from api.pages.render import page, pages
from models.session import session, transaction
from tasks.entity_views import entities_named
from tasks.errors import Unusable
from tasks.search import MOST_ASKED, How, search

router = pages()
SHOWN, MOST = 20, 100
LONGEST_NAME = 200


class Asked(Chosen):
    """What is searched for. Nothing yet shows the form alone."""

    q: Annotated[str, Field(max_length=MOST_ASKED), AfterValidator(storable)] = ""
    how: How = "both"
    most: int = Field(SHOWN, ge=1, le=MOST)


@router.api_route("/search", methods=["GET", "HEAD"])
def find(asked: Annotated[Asked, Query()]) -> HTMLResponse:
    """The best articles for the words, and the names that they are."""
    query, refusal, found = asked.q.strip(), None, []
    if query:
        try:
            with transaction() as db:
                found = search(db, query, asked.how, asked.filters(), asked.most)
        except Unusable as error:
            refusal = str(error)
    with session() as db:
        named = entities_named(db, query) if 0 < len(query) <= LONGEST_NAME else []
        said = asked.said(db.connection())
    more = len(found) == asked.most < MOST
    return page(
        "search.html",
        422 if refusal else 200,
        asked=asked,
        query=query,
        said=said,
        refusal=refusal,
        found=[{**one, "passage": _passage(one)} for one in found],
        named=named,
        more=asked.address("/search", q=query, how=asked.how, most=MOST) if more else None,
        anywhere=Chosen().address("/search", q=query, how=asked.how),
    )


def _passage(found: dict[str, Any]) -> list[Paragraph]:
    """The snippet, with the words that were asked for marked as if they were sentences of a summary."""
    snippet = found["snippet"]
    return marked(snippet["text"], [(start, end) for start, end in snippet["matches"]], [])
