"""The page of a thing: its names with their evidence, when it was mentioned, and who appears with it."""

from typing import Annotated

from fastapi import HTTPException, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import AfterValidator

from api.charts import part, timeline
from api.entities import storable
from api.pages.render import Id, page, pages
from models.session import session
from tasks.entity_views import entities_named, entity_view
from tasks.headlines import headlines

router = pages()
RULES = {
    "definition": "given in brackets behind the name",
    "suffix": "with and without the legal form",
    "initials": "the initials of the full name",
    "form": "another spelling",
}


@router.api_route("/entities", methods=["GET", "HEAD"], response_class=HTMLResponse)
def find(name: Annotated[str, Query(min_length=1, max_length=200), AfterValidator(storable)]) -> Response:
    """What has this name: its page, or a list when a person and a place, say, have it both."""
    with session() as db:
        found = entities_named(db, name)
    if len(found) == 1:
        return RedirectResponse(f"/entities/{found[0]['id']}", 303)
    return page("entities.html", 200 if found else 404, name=name, entities=found)


@router.api_route("/entities/{entity_id}", methods=["GET", "HEAD"], response_class=HTMLResponse)
def show(entity_id: Id) -> Response:
    """The thing; the id of another of its names leads there."""
    with session() as db:
        entity = entity_view(db, entity_id)
        if entity is None:
            raise HTTPException(404, f"There is no entity {entity_id}")
        if entity["id"] != entity_id:
            return RedirectResponse(f"/entities/{entity['id']}", 307)  # a merge can be undone: not for good
        articles = headlines(db.connection(), [row["id"] for row in entity["newest"]])
    bars = [(bar["start"], bar["articles"]) for bar in entity["timeline"]["bars"]]
    return page(
        "entity.html",
        entity=entity,
        articles=articles,
        chart=timeline(bars, entity["timeline"]["unit"]),
        mentions=sum(bar["mentions"] for bar in entity["timeline"]["bars"]),
        part=part,
        rules=RULES,
    )
