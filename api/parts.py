"""The parts of an article, each by itself: text, summary, entities, neighbours."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path
from sqlalchemy.orm import Session

from api.answers import SummaryOut
from api.parts_answers import EntitiesPart, NeighboursPart, TextPart
from api.problems import documented
from models.session import session
from tasks import parts

router = APIRouter(
    prefix="/v1/articles/{article_id}", tags=["articles"], responses=documented(400, 401, 404, 409, 413, 422, 503)
)

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("/text")
def text(article_id: Id) -> TextPart:
    """The cleaned text, in which the places of sentences and mentions are."""
    return TextPart.model_validate(_part(parts.text_part, article_id))


@router.get("/summary")
def summary(article_id: Id) -> SummaryOut:
    """The summary, as in the whole article."""
    return SummaryOut.model_validate(_part(parts.summary_part, article_id))


@router.get("/entities")
def entities(article_id: Id) -> EntitiesPart:
    """The entities with their mentions, as in the whole article."""
    return EntitiesPart.model_validate(_part(parts.entities_part, article_id))


@router.get("/neighbours")
def neighbours(article_id: Id) -> NeighboursPart:
    """Previous, next and related articles, as in the whole article."""
    return NeighboursPart.model_validate(_part(parts.neighbours_part, article_id))


def _part(read: Callable[[Session, int], dict[str, Any] | None], article_id: int) -> dict[str, Any]:
    with session() as db:
        try:
            found = read(db, article_id)
        except parts.NotThere as error:
            raise HTTPException(409, f"Article {article_id}: {error}") from None
    if found is None:
        raise HTTPException(404, f"There is no article {article_id}")
    return found
