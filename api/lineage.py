"""How far stages are, and which results today's engines and settings would make otherwise."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from api.problems import documented
from models.session import session
from tasks.stale import stale

router = APIRouter(prefix="/v1/lineage", tags=["lineage"], responses=documented(400, 401, 413, 503))


class CostOut(BaseModel):
    """What redoing the stale results would take, in seconds: by as many workers as when it was measured, and by one.

    Measured by the `rate` of the last minutes while results are redone, else by the `work` that the last ones took.
    """

    model_config = ConfigDict(from_attributes=True)

    seconds: float
    worker_seconds: float
    measured: Literal["rate", "work"]


class StaleOut(BaseModel):
    """Of one stage: results that are there, those of them that are stale, and older ones that are queued to be redone.

    `today` is what new results say of what made them; empty while no worker has loaded the engine that is set.
    `workers_make` is given where the worker started last has other settings than the API. `made_by` counts results.
    """

    model_config = ConfigDict(from_attributes=True)

    stage: str
    done: int
    stale: int
    redoing: int
    today: list[str]
    workers_make: list[str]
    cost: CostOut | None
    made_by: dict[str, int]


class LineageOut(BaseModel):
    """One item for each stage."""

    stages: list[StaleOut]


@router.get("")
def show() -> LineageOut:
    """Which results are stale, and what redoing them would cost. `copydesk reprocess` redoes them."""
    with session() as db:
        found = stale(db)
    return LineageOut(stages=[StaleOut.model_validate(one) for one in found])
