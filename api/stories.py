"""Stories: the list of them, and each with its articles and history."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query
from pydantic import AfterValidator

from api.problems import documented
from api.story_answers import StoriesOut, StoryPage
from models.session import transaction
from tasks import story_pages
from tasks.story_views import story_view

router = APIRouter(prefix="/v1/stories", tags=["stories"], responses=documented(400, 401, 413, 422, 503))

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Least = Annotated[int, Query(ge=1, le=1_000_000, description="Articles that a story must have to be listed.")]
Limit = Annotated[int, Query(ge=1, le=100, description="Stories on the page.")]


def _given(cursor: str) -> str:
    story_pages.place(cursor)
    return cursor


Cursor = Annotated[str, AfterValidator(_given)]
After = Annotated[Cursor | None, Query(description="`next` of the page before.")]


@router.get("")
def find(least: Least = 2, limit: Limit = 20, cursor: After = None) -> StoriesOut:
    """Stories of at least so many articles, the latest first: the same ones in the same order at any page size.

    The latest is the one that has the latest article. A story that gets one between two pages goes to the front.
    """
    before = story_pages.place(cursor) if cursor else None
    with transaction() as db:
        return StoriesOut.model_validate(story_pages.page(db, least, limit, before))


@router.get("/{story_id}", responses=documented(404))
def show(story_id: Id) -> StoryPage:
    """The story: what it is about, who wrote of it when, its newest articles, and what went into it.

    An old id answers with the story that its articles went into, and says so in `asked`.
    """
    with transaction() as db:
        found = story_view(db, story_id)
    if found is None:
        raise HTTPException(404, f"There is no story {story_id}")
    return StoryPage.model_validate(found)
