"""Articles as a stream of lines (NDJSON), and what it answers when it has to stop before the end."""

import asyncio
from contextlib import suppress

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from sqlalchemy.exc import OperationalError
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from api.answers import StreamReceived
from api.article_in import Priority
from api.articles import Key
from api.bodies import SILENT_SECONDS, is_stream
from api.intake import Intake
from api.problems import MEDIA_TYPE, Problem, Wrong, problem
from models.stage import Lane
from nlp.errors import Unreadable
from tasks.errors import Busy

LINGER_SECONDS = 10.0


class OnlyStreams(APIRoute):
    """The route of streams; all else at the same address is another route's."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """None, unless the body is a stream."""
        return super().matches(scope) if is_stream(scope) else (Match.NONE, {})


router = APIRouter(prefix="/v1/articles", route_class=OnlyStreams, include_in_schema=False)  # documented with `add`


class StreamProblem(Problem):
    """Why a stream ended early, and what became of it until then."""

    received: StreamReceived


class Early(JSONResponse):
    """An answer before the request has ended. Reads on for a while: closed with input unread, the connection would be
    reset, and the client never see the answer.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and wait until the client has stopped."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        with suppress(TimeoutError, Unreadable):
            async with asyncio.timeout(LINGER_SECONDS):
                while (await receive()).get("more_body"):
                    pass
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class Chunks:
    """The body as it comes. Raises TimeoutError when nothing comes, Unreadable, and ClientDisconnect."""

    def __init__(self, request: Request) -> None:
        """Of this request."""
        self.receive = request.receive
        self.ended = False

    def __aiter__(self) -> "Chunks":
        return self

    async def __anext__(self) -> bytes:
        if self.ended:
            raise StopAsyncIteration
        async with asyncio.timeout(SILENT_SECONDS):
            message = await self.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        self.ended = not message.get("more_body", False)
        return bytes(message.get("body", b""))


@router.post("", status_code=202)
async def add(request: Request, priority: Priority = Lane.LIVE, key: Key = None) -> Response:
    """See `api.articles.add`."""
    if key is not None:
        wrong = Wrong(
            field="header.Idempotency-Key", problem="leave it out: the same article again is the same article"
        )
        return problem(422, "A stream has no Idempotency-Key", "It can be sent again without one.", [wrong])
    intake, chunks = Intake(priority), Chunks(request)
    try:
        await intake.take(chunks)
    except ClientDisconnect:
        return Response(status_code=400)  # for the log: nobody reads it
    except (Busy, OperationalError, TimeoutError, Unreadable) as error:
        return _problem(JSONResponse if chunks.ended else Early, intake.so_far, *_why(error, intake.so_far.lines))
    if not intake.so_far.articles:
        detail = "It has no line, or none that is an article; `received.refusals` says why."
        return _problem(JSONResponse, intake.so_far, 422, "The stream has no article", detail)
    return JSONResponse(intake.so_far.model_dump(), 202)


def _why(error: Exception, lines: int) -> tuple[int, str, str, dict[str, str]]:
    """Status, title, detail and headers of the answer to a stream that had to be stopped behind so many lines."""
    go_on = f"Lines up to {lines} are dealt with; send those behind" if lines else "Nothing was stored; send all of it"
    if isinstance(error, Busy):
        wait = {"Retry-After": str(error.seconds)}
        return 429, "Too much waits", f"{error} {go_on} in {error.seconds} seconds.", wait
    if isinstance(error, TimeoutError):
        what = f"Nothing came for {SILENT_SECONDS:.0f} seconds."
        return 408, "The stream was silent for too long", f"{what} {go_on}.", {}
    if isinstance(error, Unreadable):
        return 400, "The stream cannot be unpacked", f"{error}. {go_on}.", {}
    return 503, "The database is away", f"{go_on} in a moment.", {}


def _problem(
    kind: type[JSONResponse],
    received: StreamReceived,
    status: int,
    title: str,
    detail: str,
    headers: dict[str, str] | None = None,
) -> Response:
    body = StreamProblem(title=title, status=status, detail=detail, received=received)
    return kind(body.model_dump(), status, headers, MEDIA_TYPE)
