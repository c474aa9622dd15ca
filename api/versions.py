"""The versions of an article, and what changed between them."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Path
from pydantic import BaseModel, ConfigDict

from api.problems import documented
from models.session import session
from tasks import versions

router = APIRouter(prefix="/v1/articles", tags=["articles"], responses=documented(400, 401, 404, 413, 422, 503))

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


class VersionOut(BaseModel):
    """One version: `until` is null for the one that is read now. `characters` are those of its text."""

    version: int
    title: str
    characters: int
    since: datetime
    until: datetime | None


class VersionsOut(BaseModel):
    """The newest first."""

    versions: list[VersionOut]


class PartOut(BaseModel):
    """A run of sentences; of unchanged ones `text` has only those beside a change, and `sentences` counts all."""

    model_config = ConfigDict(from_attributes=True)

    kind: Literal["same", "removed", "added"]
    sentences: int
    text: list[str]


class DifferenceOut(BaseModel):
    """What changed from version `old` to version `new`. `is_cut`: only the first 1,000 sentences were compared."""

    model_config = ConfigDict(from_attributes=True)

    old: int
    new: int
    old_title: str
    new_title: str
    is_cut: bool
    parts: list[PartOut]


@router.get("/{article_id}/versions")
def show(article_id: Id) -> VersionsOut:
    """The versions of an article that the desk has had, with their headlines and times."""
    with session() as db:
        found = versions.versions(db, article_id)
    if found is None:
        raise HTTPException(404, f"There is no article {article_id}, or it has no text yet")
    return VersionsOut.model_validate({"versions": found})


@router.get("/{article_id}/versions/{old}..{new}")
def difference(article_id: Id, old: Number, new: Number) -> DifferenceOut:
    """What changed from one version to another, sentence by sentence."""
    with session() as db:
        found = versions.difference(db, article_id, old, new)
    if found is None:
        raise HTTPException(404, f"Article {article_id} has no versions {old} and {new}")
    return DifferenceOut.model_validate(found)
