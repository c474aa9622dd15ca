"""Articles in, one or a list; and an article out."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Path, Request
from pydantic import BeforeValidator, Field

from api.answers import ArticleOut, ArticlesReceived, StreamReceived
from api.article_in import ArticleIn, Priority, accept, lanes
from api.bodies import STREAMS, content_type
from api.problems import documented
from models.session import session
from models.stage import Lane
from tasks.backlog import admit
from tasks.idempotency import once
from tasks.reading import article_view

router = APIRouter(prefix="/v1/articles", tags=["articles"], responses=documented(400, 401, 413, 422, 503))

MOST = 1000  # articles in one request
AS_LINES = {"schema": {"type": "string"}, "example": '{"text": "..."}\n{"url": "https://news.example/story"}\n'}
ALSO_LINES = {"requestBody": {"content": {STREAMS[0]: AS_LINES}}}


def _listed(body: object) -> list[object]:
    return body if isinstance(body, list) else [body]


def _only_json(request: Request) -> None:
    kind = content_type(request.scope)
    if not kind.startswith("application/") or not kind.endswith(("/json", "+json")):
        raise HTTPException(
            415, f"Send JSON as `Content-Type: application/json`, or a stream of lines as `{STREAMS[0]}`."
        )


Articles = Annotated[list[ArticleIn], Field(min_length=1, max_length=MOST)]
OneOrMore = Annotated[Articles, BeforeValidator(_listed, json_schema_input_type=ArticleIn | Articles)]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Of your choice, for one request: within 24 hours the same request under it is not done again, and "
        "gets the same answer. Not for a stream.",
    ),
]


@router.post(
    "",
    status_code=202,
    response_model=ArticlesReceived | StreamReceived,
    responses=documented(403, 408, 409, 415, 429),
    dependencies=[Depends(_only_json)],
    openapi_extra=ALSO_LINES,
)
def add(body: OneOrMore, request: Request, priority: Priority = Lane.LIVE, key: Key = None) -> ArticlesReceived:
    """Queue one article, a list, or any number of them as a stream of lines. The same article again gives the same id.

    Of a list all are taken, or none. A stream (`application/x-ndjson`, an article as JSON on each line, a line of up to
    COPYDESK_MAX_BODY_BYTES) is taken line by line: what is wrong with one of them keeps none of the others out. Its
    answer comes at the end, with counts, the first and last id, and the first 100 lines that were refused. When it has
    to stop before (429, 408, 503, 400) the problem has the same as `received`: go on behind the line `received.lines`.
    While much waits, the stream is read more slowly: a client should allow a minute for each write.
    """

    def act() -> dict[str, Any]:
        for lane in set(lanes(body, priority)):
            admit(lane)
        return {"articles": [{"id": r.article_id, "queued": r.queued} for r in accept(body, priority)]}

    if key is None:
        return ArticlesReceived.model_validate(act())
    content = json.dumps([priority, [article.model_dump(mode="json") for article in body]])
    return ArticlesReceived.model_validate(once(request.state.client, key, content.encode(), act))


@router.get("/{article_id}", responses=documented(404))
def show(article_id: Annotated[int, Path(ge=1, le=2**63 - 1)]) -> ArticleOut:
    """The article with its stages and results so far."""
    with session() as db:
        found = article_view(db, article_id)
    if found is None:
        raise HTTPException(404, f"There is no article {article_id}")
    return ArticleOut.model_validate(found)
