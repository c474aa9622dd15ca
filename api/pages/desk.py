"""The page of the desk itself: whether it works, how far each stage is, what waits, and what failed."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import HTMLResponse

from api.pages.coverage import coverage
from api.pages.render import page, pages
from config.settings import settings
from tasks.health import health
from tasks.queue import BROKER_AWAY, messages

router = pages()
QUEUES = ("ingest", "nlp", "ingest.backfill", "nlp.backfill")


@router.api_route("/desk", methods=["GET", "HEAD"])
def show(every: Annotated[int, Query(ge=5, le=3600)] | None = None) -> HTMLResponse:
    """How the desk is; with `?every=10` browsers without JavaScript ask for it again each 10 seconds."""
    found = health()
    return page(
        "desk.html",
        health=found,
        coverage=coverage() if found["database"]["ok"] else None,
        queues=_queues(found),
        every=every,
        flower=f"http://{settings().flower_host}:{settings().flower_port}",
    )


def _queues(found: Mapping[str, Any]) -> dict[str, int]:
    """Messages in each queue; empty when the broker is away."""
    if not found["broker"]["ok"]:
        return {}
    try:
        return {queue: messages(queue) for queue in QUEUES}
    except BROKER_AWAY:
        return {}
