"""How much may be sent: bodies are read whole up to a limit, except streams of lines; gzip is unpacked."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.gunzip import Gunzip
from api.problems import problem
from config.settings import Settings
from nlp.errors import Unreadable

STREAMS = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines")


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
        if body is None:
            detail = (
                f"A request may have {self.limit:,} bytes (COPYDESK_MAX_REQUEST_BYTES); send fewer articles, or a line "
            )
            detail += "each as `application/x-ndjson`."
            return await problem(413, "The request is too large", detail)(scope, receive, send)
        return await self.app(scope, _replay(body, receive), send)

    async def _whole(self, receive: Receive) -> bytes | None:
        """The whole body, or None as soon as it is too large. Raises Unreadable."""
        body = bytearray()
        while True:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > self.limit:
                return None
            if message["type"] != "http.request" or not message.get("more_body"):
                return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body once, as the application expects it; then what really comes (a disconnect)."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return waiting.pop() if waiting else await receive()

    return next_message
