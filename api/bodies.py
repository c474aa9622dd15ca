"""How much may be sent: bodies are read whole up to a limit, except streams of lines; gzip is unpacked."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.gunzip import Gunzip
from api.problems import problem
from config.settings import Settings
from nlp.errors import Unreadable

STREAMS = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines")
SILENT_SECONDS = 60.0  # without a byte; then the client is taken for lost
SMALL = 1_000_000  # bytes; up to here it does not matter what is in them
CROWDED = 8  # bytes for each comma and bracket; articles have 30 and more


def content_type(scope: Scope) -> str:
    """In small letters and without parameters; empty when the request does not say."""
    return Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()


def is_stream(scope: Scope) -> bool:
    """Whether the body is lines of articles, which are read one by one."""
    if scope["type"] != "http" or (scope["method"], scope["path"]) != ("POST", "/v1/articles"):
        return False
    return content_type(scope) in STREAMS


class Bodies:
    """Refuses bodies over the limit and codings other than gzip."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        """`settings` gives the limit."""
        self.app = app
        self.limit = settings.max_request_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        coding = Headers(scope=scope).get("content-encoding", "identity").strip().lower()
        if coding not in ("identity", "gzip", "x-gzip"):
            detail = "Send the body as it is, or with `Content-Encoding: gzip`."
            refusal = problem(
                415, "The body is coded in a way not known here", detail, headers={"Accept-Encoding": "gzip"}
            )
            return await refusal(scope, receive, send)
        unpacked = receive if coding == "identity" else Gunzip(receive)
        if is_stream(scope):
            return await self.app(scope, unpacked, send)
        try:
            body = await self._whole(unpacked)
        except Unreadable as error:
            return await problem(400, "The body cannot be unpacked", f"{error}.")(scope, receive, send)
        except TimeoutError:
            detail = f"Nothing came for {SILENT_SECONDS:.0f} seconds. Send the request again."
            return await problem(408, "The request did not end", detail)(scope, receive, send)
        if body is None or _is_crowded(body):
            detail = (
                f"A request may have {self.limit:,} bytes (COPYDESK_MAX_REQUEST_BYTES), one in "
                f"{CROWDED} of them a comma or bracket; send fewer articles, or a line each as `application/x-ndjson`."
            )
            return await problem(413, "The request is too large", detail)(scope, receive, send)
        return await self.app(scope, _replay(body, receive), send)

    async def _whole(self, receive: Receive) -> bytes | None:
        """The whole body, or None as soon as it is too large. Raises Unreadable; TimeoutError when no more comes."""
        body = bytearray()
        while True:
            async with asyncio.timeout(SILENT_SECONDS):
                message = await receive()
            body += message.get("body", b"")
            if len(body) > self.limit:
                return None
            if message["type"] != "http.request" or not message.get("more_body"):
                return bytes(body)


def _is_crowded(body: bytes) -> bool:
    """Whether it is hardly more than the marks of JSON: read, `[[],[],...` takes 24 times its size in memory."""
    return len(body) > SMALL and sum(map(body.count, (b"[", b"{", b","))) * CROWDED > len(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body once, as the application expects it; then what really comes (a disconnect)."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return waiting.pop() if waiting else await receive()

    return next_message
