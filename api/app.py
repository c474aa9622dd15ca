"""The HTTP API: what it serves and behind which guards. Importing it loads no engine."""

from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

import api.articles
import api.health
from api.guard import Guard, is_loopback, require_token_beyond_loopback
from api.problems import install
from config.settings import settings


def create_app() -> FastAPI:
    """The application. Raises SettingsError when it would be open to strangers."""
    chosen = settings()
    require_token_beyond_loopback(chosen)
    app = FastAPI(title="Copydesk", version="0.1.0", summary="Articles in; summary, entities and neighbours out.")
    install(app)
    app.add_middleware(Guard, settings=chosen)
    if is_loopback(chosen.host):  # a page elsewhere must not reach us through a name of its own (DNS rebinding)
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1", "::1", chosen.host])
    app.include_router(api.articles.router)
    app.include_router(api.health.router)
    return app
