"""What failed and why, queued again on request; and articles deleted."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.problems import documented
from models.session import session
from models.stage import Lane, Stage
from tasks import failures
from tasks.removal import remove

router = APIRouter(prefix="/v1", tags=["failures"], responses=documented(400, 401, 413, 422, 503))

Id = Annotated[int, Field(ge=1, le=2**63 - 1)]


class FailureOut(BaseModel):
    """Failed stages whose reasons differ only in numbers, ids, hosts or addresses.

    `group` names them for a retry; `example` is the last reason in full, `articles` are the newest ones.
    """

    group: str
    stage: str
    reason: str
    count: int
    first: datetime
    last: datetime
    example: str | None
    articles: list[int]


class FailuresOut(BaseModel):
    """The largest group first."""

    failures: list[FailureOut]


class RetryIn(BaseModel):
    """Which failures: `articles`, a `group`, reasons that contain `reason`, or `all`; of any stage or of one."""

    model_config = ConfigDict(extra="forbid")

    articles: list[Id] = Field([], max_length=10_000)
    group: str = Field("", max_length=100)
    reason: str = Field("", max_length=500)
    all: bool = False
    stage: Stage | None = None
    lane: Lane | None = Field(None, description="Unset: the lane that each was in.")

    @model_validator(mode="after")
    def _one_way(self) -> "RetryIn":
        if sum(map(bool, (self.articles, self.group, self.reason, self.all))) != 1:
            raise ValueError("give one of articles, group, reason and all")
        if "\0" in self.group + self.reason:
            raise ValueError("leave out NUL characters")
        return self


class Queued(BaseModel):
    """How many failed stages were queued again."""

    queued: int


@router.get("/failures")
def show(stage: Stage | None = None, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> FailuresOut:
    """What failed, grouped by what went wrong."""
    with session() as db:
        found = failures.failures(db, stage, limit)
    return FailuresOut.model_validate({"failures": found})


@router.post("/failures/retry", responses=documented(403))
def retry(body: RetryIn) -> Queued:
    """Queue failed stages again, with all their attempts."""
    chosen = failures.Chosen(body.articles, body.group, body.reason, body.all, body.stage)
    return Queued(queued=failures.retry(chosen, body.lane))


@router.delete("/articles/{article_id}", status_code=204, responses=documented(403, 404), tags=["articles"])
def delete(article_id: Annotated[int, Path(ge=1, le=2**63 - 1)]) -> None:
    """Delete an article with all its results; sent again, it is a new one. Entities stay."""
    if not remove({article_id}):
        raise HTTPException(404, f"There is no article {article_id}")
