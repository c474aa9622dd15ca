"""Whether the desk works, whether it can serve, and whether this process answers."""

from typing import Any

from fastapi import APIRouter, Response

from api.problems import documented
from tasks.health import health, readiness

router = APIRouter(tags=["health"], responses=documented(400, 413))


@router.get("/health", responses={503: {"description": "Something is away or stuck; the body says what"}})
def show(response: Response) -> dict[str, Any]:
    """Database, broker, workers, the last sweep, and whether work moves. Status 503 when one of them is not well."""
    return _with_status(health(), response)


@router.get("/health/ready", responses={503: {"description": "Something is away; the body says what"}})
def ready(response: Response) -> dict[str, Any]:
    """Whether articles are accepted and served: database and broker answer. Status 503 when one is away."""
    return _with_status(readiness(), response)


@router.get("/health/live")
async def live() -> dict[str, bool]:
    """Whether this process answers at all; it asks nobody else."""
    return {"ok": True}


def _with_status(found: dict[str, Any], response: Response) -> dict[str, Any]:
    response.status_code = 200 if found["ok"] else 503
    return found
