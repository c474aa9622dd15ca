"""The front page, and the list of all stories behind it."""

from typing import Annotated

from fastapi import Query
from fastapi.responses import HTMLResponse
from pydantic import AfterValidator

from api.charts import part
from api.pages.coverage import coverage
from api.pages.render import page, pages
from models.session import transaction
from tasks import story_pages
from tasks.front import latest_stories, names_in_the_news, newest_articles, told

router = pages()
PER_PAGE = 20


def given_cursor(cursor: str) -> str:
    """The cursor, if it is one that a page has given. Raises ValueError, which names the mend."""
    story_pages.place(cursor)
    return cursor


@router.api_route("/", methods=["GET", "HEAD"])
def front() -> HTMLResponse:
    """The latest stories, the newest articles, and how much of the desk is done."""
    covered = coverage()
    with transaction() as db:
        found, newest, names = latest_stories(db), newest_articles(db), names_in_the_news(db)
    return page("front.html", stories=found, newest=newest, names=names, coverage=covered, part=part)


@router.api_route("/stories", methods=["GET", "HEAD"])
def stories(after: Annotated[str, AfterValidator(given_cursor), Query()] | None = None) -> HTMLResponse:
    """All stories of two articles or more, the latest first."""
    with transaction() as db:
        found = story_pages.page(db, 2, PER_PAGE, story_pages.place(after) if after else None)
        shown = told(db, found["stories"])
    return page("stories.html", stories=shown, following=found["next"], first=after is None)
