"""The list of articles, and search."""

from typing import Annotated

from fastapi import APIRouter, Query

from api import asked
from api.listing_answers import ArticlesFound, ArticlesListed
from api.problems import documented
from models.session import transaction
from tasks import listing
from tasks.search import search
from tasks.story_pages import place

router = APIRouter(prefix="/v1", tags=["articles"], responses=documented(400, 401, 413, 422, 503))


@router.get("/articles")
def find(given: Annotated[asked.Page, Query()]) -> ArticlesListed:
    """Articles, newest first: the same ones in the same order at any page size. What comes meanwhile is in front."""
    before = place(given.cursor) if given.cursor else None
    with transaction() as db:
        return ArticlesListed.model_validate(listing.page(db, given.filters(), given.limit, before))


@router.get("/search", tags=["search"])
def look_for(given: Annotated[asked.Query, Query()]) -> ArticlesFound:
    """The articles that answer best, with the words found marked in a passage of each.

    Words are found in whatever form (English), of very common ones in the newest articles that have them; meaning goes
    by headline and lead, and finds articles that have none of the words.
    """
    with transaction() as db:
        found = search(db, given.q, given.how, given.filters(), given.limit)
    return ArticlesFound.model_validate({"articles": found})
