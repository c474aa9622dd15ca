"""Who may ask, and how much: the token, the host names, and the size of a request."""

import hmac
import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem
from config.settings import Settings, SettingsError

PUBLIC = ("/health", "/health/live", "/health/ready")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def require_token_beyond_loopback(settings: Settings) -> None:
    """Raise SettingsError rather than open the desk to strangers."""
    if not is_loopback(settings.host) and settings.api_token is None:
        raise SettingsError(
            f"COPYDESK_HOST is {settings.host}, which others can reach: set COPYDESK_API_TOKEN, a long random word "
            "that clients send as `Authorization: Bearer ...`."
        )


class Guard:
    """Refuses foreign host names, requests without the token (when one is set), and bodies over the limit."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        """`settings` gives the address, the token and the limit."""
        self.app = app
        self.only_loopback = is_loopback(settings.host)
        self.token = settings.api_token.get_secret_value() if settings.api_token else None
        self.limit = settings.max_request_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        if self.only_loopback and not is_loopback(_host(headers)):
            # A page elsewhere must not reach us through a name of its own (DNS rebinding).
            detail = "This desk answers to localhost only; set COPYDESK_HOST and COPYDESK_API_TOKEN to open it."
            return await problem(400, "The request is for another host", detail)(scope, receive, send)
        if self.token and scope["path"] not in PUBLIC and not self._authorised(headers):
            detail = "Send the desk's token as `Authorization: Bearer ...`."
            challenge = {"WWW-Authenticate": "Bearer"}
            return await problem(401, "A token is needed", detail, headers=challenge)(scope, receive, send)
        body = await self._body(receive)
        if body is None:
            detail = f"A request may have {self.limit:,} bytes (COPYDESK_MAX_REQUEST_BYTES); send fewer articles."
            return await problem(413, "The request is too large", detail)(scope, receive, send)
        return await self.app(scope, _replay(body, receive), send)

    def _authorised(self, headers: Headers) -> bool:
        assert self.token is not None
        scheme, _, given = headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode("latin-1"), self.token.encode())

    async def _body(self, receive: Receive) -> bytes | None:
        """The whole body, or None as soon as it is too large."""
        body = bytearray()
        while True:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > self.limit:
                return None
            if message["type"] != "http.request" or not message.get("more_body"):
                return bytes(body)


def _host(headers: Headers) -> str:
    """The host that the request names, without its port; empty when it names none."""
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body once, as the application expects it; then what really comes (a disconnect)."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return waiting.pop() if waiting else await receive()

    return next_message
