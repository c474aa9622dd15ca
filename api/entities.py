"""Things across articles: look at one, undo a merge, say that two are not the same."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict
from sqlalchemy import Connection

from api.entity_answers import EntityPage, MergeChanged, ThingsOut
from api.problems import documented
from models.session import session, transaction
from nlp.formats.encoding import scrub
from tasks.aliases import LONGEST_WHY, mark_distinct, redo, undo, unmark_distinct
from tasks.entity_views import entities_named, entity_view, merge_view, things, unknown

router = APIRouter(prefix="/v1/entities", tags=["entities"], responses=documented(400, 401, 413, 422, 503))


def storable(text: str) -> str:
    """The text, if the database takes it. Raises ValueError, which names the mend."""
    if scrub(text) != text:
        raise ValueError("leave out NUL characters and halves of surrogate pairs")
    return text


Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Name = Annotated[str, Query(min_length=1, max_length=200), AfterValidator(storable)]
Reason = Annotated[str, AfterValidator(storable)]


class Why(BaseModel):
    """The reason, for those who wonder later."""

    model_config = ConfigDict(extra="forbid")

    why: Reason = ""


@router.get("")
def find(name: Name) -> ThingsOut:
    """The things that have this name or alias, however it is spelled; at most one of each type."""
    with session() as db:
        return ThingsOut.model_validate({"entities": entities_named(db, name)})


@router.get("/{entity_id}", responses=documented(404))
def show(entity_id: Id) -> EntityPage:
    """The thing: its names with their evidence, when and where it was mentioned, and what goes with it.

    The id of any of its names will do.
    """
    with session() as db:
        found = entity_view(db, entity_id)
    if found is None:
        raise HTTPException(404, f"There is no entity {entity_id}")
    return EntityPage.model_validate(found)


@router.post("/{entity_id}/merges/{merge_id}/undo", responses=documented(403, 404))
def undo_merge(entity_id: Id, merge_id: Id, body: Why | None = None) -> MergeChanged:
    """Take back that two names are one thing by this rule. It stays so, whatever evidence comes."""
    why = body.why[:LONGEST_WHY] if body else ""
    return _changed(entity_id, merge_id, lambda db: undo(db, merge_id, why))


@router.post("/{entity_id}/merges/{merge_id}/redo", responses=documented(403, 404))
def redo_merge(entity_id: Id, merge_id: Id) -> MergeChanged:
    """Let an undone merge count again."""
    return _changed(entity_id, merge_id, lambda db: redo(db, merge_id))


@router.post("/{entity_id}/not-the-same/{other_id}", responses=documented(403, 404))
def not_the_same(entity_id: Id, other_id: Id) -> ThingsOut:
    """Keep two apart for good, with all that is one with either, whatever the evidence. Answers with what they are."""
    return _marked(entity_id, other_id, mark_distinct)


@router.post("/{entity_id}/not-the-same/{other_id}/undo", responses=documented(403, 404))
def may_be_the_same(entity_id: Id, other_id: Id) -> ThingsOut:
    """Take the mark back."""
    return _marked(entity_id, other_id, unmark_distinct)


def _changed(entity_id: int, merge_id: int, change: Callable[[Connection], Any]) -> MergeChanged:
    with transaction() as db:
        merge = merge_view(db, merge_id)
        if merge is None or things(db, [entity_id])[:1] not in [[thing] for thing in merge["entities"]]:
            raise HTTPException(404, f"Entity {entity_id} has no merge {merge_id}")
        change(db)
        return MergeChanged.model_validate(merge_view(db, merge_id))


def _marked(one: int, other: int, change: Callable[[Connection, int, int], None]) -> ThingsOut:
    if one == other:
        raise HTTPException(422, "An entity is the same as itself")
    with transaction() as db:
        for missing in unknown(db, one, other):
            raise HTTPException(404, f"There is no entity {missing}")
        change(db, one, other)
        return ThingsOut.model_validate({"entities": things(db, [one, other])})
