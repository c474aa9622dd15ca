"""The page of a story: what it is about, who wrote of it when, its articles, and what went into it."""

from fastapi import HTTPException
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.charts import part, timeline
from api.pages.render import Id, page, pages
from models.session import transaction
from tasks.front import told
from tasks.headlines import headlines
from tasks.story_views import story_view

router = pages()


@router.api_route("/stories/{story_id}", methods=["GET", "HEAD"], response_class=HTMLResponse)
def show(story_id: Id) -> Response:
    """The story; the id of one that went into another leads there."""
    with transaction() as db:
        story = story_view(db, story_id)
        if story is None:
            raise HTTPException(404, f"There is no story {story_id}")
        if story["id"] != story_id:
            return RedirectResponse(f"/stories/{story['id']}", 308)
        articles = headlines(db, [row["id"] for row in story["articles"]])
        names = told(db, [story])[0]["names"]
    return page(
        "story.html",
        story=story,
        articles=articles,
        things=names,
        chart=timeline([(row["day"], row["articles"]) for row in story["timeline"]]),
        part=part,
    )
