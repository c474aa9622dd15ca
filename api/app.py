"""The HTTP API: what it serves and behind which guards. Importing it loads no engine."""

from fastapi import FastAPI

import api.articles
import api.entities
import api.feeds
import api.health
import api.stories
import api.webhooks
from api.guard import Guard, require_token_beyond_loopback
from api.problems import install
from config.settings import settings


def create_app() -> FastAPI:
    """The application. Raises SettingsError when it would be open to strangers."""
    chosen = settings()
    require_token_beyond_loopback(chosen)
    app = FastAPI(title="Copydesk", version="0.1.0", summary="Articles in; summary, entities and neighbours out.")
    app.add_middleware(Guard, settings=chosen)
    app.include_router(api.articles.router)
    app.include_router(api.entities.router)
    app.include_router(api.stories.router)
    app.include_router(api.feeds.router)
    app.include_router(api.webhooks.router)
    app.include_router(api.health.router)
    install(app)
    return app
