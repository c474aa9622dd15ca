"""The page of the desk itself: whether it works, how far each stage is, what waits, and what failed."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import HTMLResponse

from api.charts import sparks
from api.pages.coverage import coverage
from api.pages.render import page, pages
from config.settings import settings
from models.session import transaction
from models.stage import Lane, Stage
from tasks.failures import failures
from tasks.feeds import feeds
from tasks.health import health
from tasks.queue import BROKER_AWAY, messages, queue_of
from tasks.rates import history, rates
from workers.app import NET_QUEUES

router = pages()
GROUPS = 20  # of failures, the largest, and feeds
QUEUES = (*(queue_of(stage, lane) for lane in Lane for stage in (Stage.INGEST, Stage.SUMMARY)), *NET_QUEUES)


@router.api_route("/desk", methods=["GET", "HEAD"])
def show(every: Annotated[int, Query(ge=5, le=3600)] | None = None) -> HTMLResponse:
    """How the desk is; with `?every=10` browsers without JavaScript ask for it again each 10 seconds."""
    found = health()
    return page(
        "desk.html",
        health=found,
        coverage=coverage() if found["database"]["ok"] else None,
        **(_moving() if found["database"]["ok"] else {}),
        queues=_queues(found),
        every=every,
        flower=settings().flower_url or f"http://{settings().flower_host}:{settings().flower_port}",
    )


def _moving() -> dict[str, Any]:
    """How fast the stages go, what failed, grouped, and the feeds that cannot be read."""
    failing = feeds(limit=GROUPS, health="failing")
    with transaction() as db:
        return {
            "failing_feeds": failing,
            "rates": rates(db),
            "sparks": {stage: sparks(values) for stage, values in history(db).items()},
            "failures": failures(db, most=GROUPS),
        }


def _queues(found: Mapping[str, Any]) -> dict[str, int]:
    """Messages in each queue; empty when the broker is away."""
    if not found["broker"]["ok"]:
        return {}
    try:
        return {queue: messages(queue) for queue in QUEUES}
    except BROKER_AWAY:
        return {}
