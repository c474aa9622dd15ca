"""The list of articles, newest first, all of them or those that filters leave."""

from typing import Annotated

from fastapi import Query
from fastapi.responses import HTMLResponse
from pydantic import AfterValidator

from api.pages.filters import Chosen
from api.pages.front import given_cursor
from api.pages.render import page, pages
from models.session import transaction
from tasks import listing, story_pages
from tasks.headlines import headlines

router = pages()
PER_PAGE = 30


class Asked(Chosen):
    """A page of the list: `after` is the place of the last article of the page before."""

    after: Annotated[str, AfterValidator(given_cursor)] | None = None


@router.api_route("/articles", methods=["GET", "HEAD"])
def articles(asked: Annotated[Asked, Query()]) -> HTMLResponse:
    """Articles by the time of publication, or else of arrival."""
    before = story_pages.place(asked.after) if asked.after else None
    with transaction() as db:
        found = listing.page(db, asked.filters(), PER_PAGE, before)
        shown = headlines(db, [row["id"] for row in found["articles"]])
        said = asked.said(db)
    return page(
        "articles.html",
        articles=shown,
        asked=asked,
        said=said,
        latest=asked.address("/articles") if asked.after else None,
        older=found["next"] and asked.address("/articles", after=found["next"]),
    )
