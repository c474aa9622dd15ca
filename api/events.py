"""Article states live, as server-sent events (html.spec.whatwg.org/multipage/server-sent-events.html)."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Query
from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.types import Message, Receive, Scope, Send

from api.asked import MOST_ID
from api.hub import MOST_WAITING, Client, Full, Hub
from api.problems import documented
from models.session import transaction
from tasks.events import LATE, Ended, Place, clock, cursor, ended, events, place_of

log = logging.getLogger(__name__)
router = APIRouter(prefix="/v1", tags=["events"], responses=documented(400, 401, 413, 422, 503))

HEARTBEAT_SECONDS = 15.0
MOST_SECONDS = 3600.0  # then the stream ends, and the client resumes: no connection is for ever
SEND_SECONDS = 30.0  # for one event: who takes longer is gone, or as good as
RETRY_SECONDS = 3
MOST_BEHIND = timedelta(days=1)  # that a client may catch up on
PAGE = 1000
HUB = Hub()


def _an_id(given: str) -> str:
    if given:  # a browser that has heard nothing sends none, other clients an empty one
        place_of(given)
    return given


ArticleId = Annotated[int, Field(ge=1, le=MOST_ID)]
LastId = Annotated[
    Annotated[str, AfterValidator(_an_id)] | None,
    Header(alias="Last-Event-ID", description="The `id` of the last event that came: those behind it are sent."),
]


class Listening(BaseModel):
    """To what."""

    model_config = ConfigDict(extra="forbid")

    article: list[ArticleId] = Field(
        [], max_length=1000, description="Only this article; give several, or none for all."
    )


class EventStream(StreamingResponse):
    """The stream of one client, which leaves nothing behind however it ends."""

    media_type = "text/event-stream"

    def __init__(self, client: Client, after: Place | None) -> None:
        """`after` is the last event that the client had; None: it wants those from now on."""
        super().__init__(_said(client, after), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self.client = client

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Until the client goes, is too slow, or MOST_SECONDS are over."""

        async def send_soon(message: Message) -> None:
            await asyncio.wait_for(send(message), SEND_SECONDS)

        try:
            await super().__call__(scope, receive, send_soon)
        except TimeoutError:
            log.info("a client of events that reads nothing is let go")  # its connection ends with the response
        finally:
            HUB.leave(self.client)


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={200: {"description": "Events", "content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def listen(asked: Annotated[Listening, Query()], last_id: LastId = None) -> EventStream:
    """Each end of a stage as it comes: an event `stage` with `article_id`, `stage`, `state`, `version`, `reason`,
    `finished_at` and `article_state`, which is that of the whole article.

    A stream ends after an hour, and a client that reads too slowly gets an event `dropped` and the end; `EventSource`
    comes back by itself and goes on behind the last event it had, up to a day back. Behind a break the last events
    before it may come again.
    """
    after = place_of(last_id) if last_id else None
    try:
        client = await HUB.join(asked.article)
    except Full:
        detail = f"{len(HUB.clients)} clients listen already; try again in a moment."
        raise HTTPException(503, detail, headers={"Retry-After": "30"}) from None
    return EventStream(client, after)


async def _said(client: Client, after: Place | None) -> AsyncIterator[bytes]:
    """What is sent: what was missed, then what comes."""
    end = asyncio.get_running_loop().time() + MOST_SECONDS
    yield format_sse_event(comment="listening", retry=RETRY_SECONDS * 1000)
    told: deque[Place] = deque(maxlen=2 * MOST_WAITING)  # of what was missed, all that can be waiting as well
    if after is not None:
        async for event in _missed(after):
            if client.wants(event):
                told.append(event.place)
                yield _event(event)
    while (left := end - asyncio.get_running_loop().time()) > 0:
        try:
            event = await asyncio.wait_for(client.waiting.get(), min(HEARTBEAT_SECONDS, left))
        except TimeoutError:
            yield KEEPALIVE_COMMENT
            continue
        if event.place not in told:
            yield _event(event)
        if client.dropped and client.waiting.empty():
            why = "You read more slowly than articles are done; come back with the id of your last event."
            yield format_sse_event(event="dropped", data_str=json.dumps({"why": why}))
            return


async def _missed(after: Place) -> AsyncIterator[Ended]:
    """What has ended behind this place, and shortly before it, since ends are not committed in their order."""

    def page(place: Place) -> tuple[list[Place], list[Ended]]:
        with transaction() as db:
            places = ended(db, max(place, (clock(db)[0] - MOST_BEHIND, 0, "")), PAGE)
            return places, events(db, places)

    place: Place = (after[0] - LATE, 0, "")
    while True:
        places, found = await run_in_threadpool(page, place)
        for event in found:
            if event.place != after:
                yield event
        if len(places) < PAGE:
            return
        place = places[-1]


def _event(event: Ended) -> bytes:
    said: dict[str, Any] = vars(event) | {"finished_at": event.finished_at.isoformat()}
    return format_sse_event(event="stage", id=cursor(event.place), data_str=json.dumps(said, ensure_ascii=False))
