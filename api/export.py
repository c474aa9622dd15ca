"""Whole articles with all results, as JSON Lines or Parquet."""

import threading
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import StreamingResponse
from pydantic import Field
from starlette.types import Receive, Scope, Send

from api.asked import Asked
from api.problems import documented
from tasks.export import MEDIA, Format, lines, records

router = APIRouter(prefix="/v1", tags=["export"], responses=documented(400, 401, 413, 422, 503))

MOST = 2  # exports at once: each keeps a core and a connection busy
_PLACES = threading.BoundedSemaphore(MOST)


class Export(Asked):
    """What, and in which format."""

    format: Format = Field("jsonl", description="JSON Lines, or Parquet with a row group for each 200 articles.")


class _Stream(StreamingResponse):
    """An export under way, whose place is free again however it ends."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            _PLACES.release()


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The articles, newest first",
            "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA.values()},
        }
    },
)
def export(asked: Annotated[Export, Query()]) -> StreamingResponse:
    """All articles of the filters with text, summary, entities, neighbours, story and lineages: docs/export.md.

    It is streamed. One that breaks off lacks the end that HTTP and Parquet have, and is not taken for a whole one.
    """
    if not _PLACES.acquire(blocking=False):
        raise HTTPException(503, f"{MOST} exports are under way; try again later.", headers={"Retry-After": "60"})
    name = f"copydesk.{asked.format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return _Stream(_parts(asked), media_type=MEDIA[asked.format], headers=headers)


def _parts(asked: Export) -> Iterator[bytes]:
    pages = records(asked.filters())
    if asked.format == "jsonl":
        return lines(pages)
    from tasks.export_parquet import parquet  # 60 MB that few processes need

    return parquet(pages)
