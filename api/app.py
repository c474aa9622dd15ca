"""The HTTP API: what it serves and behind which guards. Importing it loads no engine."""

from fastapi import FastAPI

import api.articles
import api.entities
import api.health
import api.metrics
import api.stories
from api.bodies import Bodies
from api.guard import Guard, require_a_way_in
from api.problems import install
from api.requests import Requests
from config.settings import settings


def create_app() -> FastAPI:
    """The application. Raises SettingsError when it would be open to strangers, or to nobody."""
    chosen = settings()
    require_a_way_in(chosen)
    app = FastAPI(title="Copydesk", version="0.1.0", summary="Articles in; summary, entities and neighbours out.")
    app.add_middleware(Bodies, settings=chosen)
    app.add_middleware(Guard, settings=chosen)
    app.add_middleware(Requests)  # added last, it comes first
    app.include_router(api.articles.router)
    app.include_router(api.entities.router)
    app.include_router(api.stories.router)
    app.include_router(api.health.router)
    app.include_router(api.metrics.router)
    install(app)
    return app
