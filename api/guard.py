"""Who may ask: the host names, pages of other sites, and keys with what each is good for."""

import hmac
import ipaddress
from urllib.parse import urlsplit

from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.credentials import given_key
from api.problems import database_away, problem
from config.settings import Settings, SettingsError
from models.key import Scope as KeyScope
from models.session import statements
from tasks.keys import Client, Clients, any_good

SAFE = ("GET", "HEAD", "OPTIONS")
WRITERS = ("/v1/articles", "/v1/feeds")  # changed with a key of scope `write`; all else takes `admin`
PUBLIC = ("/health", "/health/live", "/health/ready", "/widget.js")  # and what is below /static/


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def asks_for_keys(settings: Settings) -> bool:
    """On loopback the desk is open unless a setting says otherwise."""
    return settings.require_key or settings.api_token is not None or not is_loopback(settings.host)


def require_a_way_in(settings: Settings) -> None:
    """Raise SettingsError rather than open the desk to strangers, or to nobody.

    Asks the database whether there is a key.
    """
    if not asks_for_keys(settings) or settings.api_token is not None:
        return
    with statements() as db:
        if any_good(db):
            return
    why = "COPYDESK_REQUIRE_KEY is set" if settings.require_key else f"COPYDESK_HOST is {settings.host}, open to others"
    raise SettingsError(
        f"{why}, and there is no key: make one with `copydesk key create NAME --scope admin`, or set "
        "COPYDESK_API_TOKEN to a long random word."
    )


def needed(method: str, path: str) -> KeyScope:
    """The scope that a request takes."""
    if method in SAFE:
        return KeyScope.READ
    ours = any(path == begin or path.startswith(f"{begin}/") for begin in WRITERS)
    return KeyScope.WRITE if ours else KeyScope.ADMIN


class Guard:
    """Refuses foreign host names, changes asked for by pages of other sites, and requests without a key that will do.

    Whose request it is, is in the request's `state.client`; empty when the desk is open.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        """`settings` gives the address, the token, and what is open."""
        self.app = app
        self.only_loopback = is_loopback(settings.host)
        self.asks = asks_for_keys(settings)
        self.token = settings.api_token.get_secret_value() if settings.api_token else None
        self.public = (*PUBLIC, "/v1/widget") if settings.widget_origins else PUBLIC
        self.clients = Clients()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        refusal = self._misled(scope) or await self._unknown(scope)
        return await (refusal or self.app)(scope, receive, send)

    def _misled(self, scope: Scope) -> Response | None:
        """The answer to a browser that a page elsewhere has sent here."""
        headers = Headers(scope=scope)
        if self.only_loopback and not is_loopback(
            _host(headers.get("host", ""))
        ):  # by a name of its own: DNS rebinding
            detail = "This desk answers to localhost only; set COPYDESK_HOST and make a key to open it."
            return problem(400, "The request is for another host", detail)
        if scope["method"] not in SAFE and _from_elsewhere(headers):  # a browser sends the password along
            detail = "What a page of another site asks for is not done; send it from this site, or without a browser."
            return problem(403, "The request comes from another site", detail)
        return None

    async def _unknown(self, scope: Scope) -> Response | None:
        """The answer to a request whose key is missing, wrong, or not good for this."""
        method, path = scope["method"], scope["path"]
        state = scope.setdefault("state", {})
        state["client"] = ""
        if not self.asks or (method in SAFE and (path in self.public or path.startswith("/static/"))):
            return None
        try:
            client = await self._client(given_key(Headers(scope=scope)))
        except OperationalError:
            return database_away()
        if client is None:
            return _key_missing()
        if not client.may(wanted := needed(method, path)):
            return _scope_missing(client, wanted)
        state["client"] = client.name
        return None

    async def _client(self, key: str) -> Client | None:
        if self.token and hmac.compare_digest(key.encode("utf-8", "replace"), self.token.encode()):
            return Client("COPYDESK_API_TOKEN", KeyScope.ADMIN)
        return self.clients.remembered(key) or await run_in_threadpool(self.clients.ask, key)


def _key_missing() -> Response:
    detail = (
        "Send a key as `Authorization: Bearer ...`, or as the password to any user name. Who runs the desk makes one "
        "with `copydesk key create NAME --scope read`. One that was good before has expired or was revoked."
    )
    response = problem(401, "A key is needed", detail)
    for challenge in (
        "Bearer",
        'Basic realm="Copydesk", charset="UTF-8"',
    ):  # two lines: browsers read the first of each
        response.headers.append("WWW-Authenticate", challenge)
    return response


def _scope_missing(client: Client, wanted: KeyScope) -> Response:
    detail = (
        f"The key {client.name} is good for `{client.scope}`, and this takes `{wanted}`. Who runs the desk makes one "
        f"with `copydesk key create NAME --scope {wanted}`."
    )
    return problem(403, f"The key lacks the scope {wanted}", detail)


def _host(authority: str) -> str:
    """The host without its port; empty when there is none."""
    try:
        return urlsplit(f"//{authority}").hostname or ""
    except ValueError:
        return ""


def _from_elsewhere(headers: Headers) -> bool:
    """Whether a browser says that another site asks. Old ones, and all where there is no TLS, give the origin only."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != headers.get("host")
