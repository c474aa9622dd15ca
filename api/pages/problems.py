"""Problems as pages: whoever reads with a browser gets words and a way on, programs keep their JSON."""

import json
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.pages.render import page
from api.problems import MEDIA_TYPE

FOR_PROGRAMS = ("/v1/", "/health", "/openapi.json", "/static/")
BUG = {"status": 500, "title": "Something is wrong with the desk", "detail": "The log of the API says what."}
KEPT = (b"www-authenticate", b"retry-after")


class ReadableProblems:
    """Turns an answer that is a problem into a page, where the browser asked for one."""

    def __init__(self, app: ASGIApp) -> None:
        """`app` is what answers."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or not _wants_page(scope):
            return await self.app(scope, receive, send)
        start: Message = {}
        body = bytearray()
        begun = False

        async def as_page(message: Message) -> None:
            nonlocal begun
            begun = True
            if message["type"] == "http.response.start" and _is_problem(message):
                start.update(message)
            elif not start:
                await send(message)
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    await _page(start, json.loads(body))(scope, receive, send)

        try:
            await self.app(scope, receive, as_page)
        except Exception:
            if not begun:
                await page("problem.html", 500, problem=BUG)(scope, receive, send)
            raise  # to be logged


def _wants_page(scope: Scope) -> bool:
    accepted = Headers(scope=scope).get("accept", "")
    return "text/html" in accepted and not scope["path"].startswith(FOR_PROGRAMS)


def _is_problem(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type") == MEDIA_TYPE


def _page(start: Message, problem: dict[str, Any]) -> ASGIApp:
    made = page("problem.html", start["status"], problem=problem)
    made.raw_headers += [(name, value) for name, value in start["headers"] if name.lower() in KEPT]
    return made
