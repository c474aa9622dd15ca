"""Whether the desk works."""

from typing import Any

from fastapi import APIRouter, Response

from api.problems import documented
from tasks.health import health

router = APIRouter(tags=["health"], responses=documented(400, 413))


@router.get("/health", responses={503: {"description": "Something is away; the body says what"}})
def show(response: Response) -> dict[str, Any]:
    """Database, broker, workers, and the age of the oldest pending stage. Status 503 when one of them is away."""
    found = health()
    response.status_code = 200 if found["ok"] else 503
    return found
