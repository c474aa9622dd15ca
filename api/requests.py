"""Each request has an id, which its answer and its log lines say, and one line in the log when it is over."""

import logging
import re
import secrets
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.logging import about

HEADER = "X-Request-ID"
ACCEPTED = re.compile(r"[A-Za-z0-9._:-]{1,64}")  # it goes into logs: no spaces, no line ends, not too long

log = logging.getLogger(__name__)


class Requests:
    """Around all else, so that what a guard refuses is logged as well. No query and no body: they may be private."""

    def __init__(self, app: ASGIApp) -> None:
        """`app` is what answers."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. The client's own id is kept if it is acceptable, else one is made."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        given = Headers(scope=scope).get(HEADER, "")
        request = given if ACCEPTED.fullmatch(given) else secrets.token_hex(8)
        begun, status = time.perf_counter(), 499  # 499: the client went before the answer

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request
            await send(message)

        with about(request=request):
            try:
                return await self.app(scope, receive, answer)
            except Exception:
                status = 500
                raise
            finally:
                _log(scope, status, (time.perf_counter() - begun) * 1000)


def _log(scope: Scope, status: int, milliseconds: float) -> None:
    path = scope["path"].encode("unicode_escape").decode()[:200]  # decoded by the server: it may have line ends
    facts = {"method": scope["method"], "path": path, "status": status, "ms": round(milliseconds, 1)}
    log.info("%s %s %s in %.0f ms", scope["method"], path, status, milliseconds, extra={"facts": facts})
