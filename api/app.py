"""The HTTP API: what it serves and behind which guards. Importing it loads no engine."""

from fastapi import FastAPI
from fastapi_swagger import patch_fastapi

import api.articles
import api.entities
import api.events
import api.export
import api.failures
import api.feeds
import api.feeds_out
import api.health
import api.lineage
import api.listing
import api.metrics
import api.pages
import api.parts
import api.static_files
import api.stories
import api.stream
import api.versions
import api.webhooks
import api.widget
from api.bodies import Bodies
from api.guard import Guard, require_a_way_in
from api.pages.problems import ReadableProblems
from api.problems import install
from api.requests import Requests
from api.security_headers import SecurityHeaders
from api.tracing import trace
from api.widget import WidgetOrigins
from config.settings import settings

PARTS = (
    api.stream,  # before articles: of their POST it takes the streams
    api.articles,
    api.listing,
    api.parts,
    api.versions,
    api.entities,
    api.stories,
    api.feeds,
    api.webhooks,
    api.failures,
    api.lineage,
    api.feeds_out,
    api.events,
    api.export,
    api.health,
    api.metrics,
    api.widget,
    api.pages,
    api.static_files,
)


def create_app() -> FastAPI:
    """The application. Raises SettingsError when it would be open to strangers, or to nobody."""
    chosen = settings()
    require_a_way_in(chosen)
    app = FastAPI(
        title="Copydesk",
        version="0.1.0",
        summary="Articles in; summary, entities and neighbours out.",
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    patch_fastapi(app, redirect_from_root_to_docs=False)  # FastAPI's own pages load their scripts from elsewhere
    app.add_middleware(Bodies, settings=chosen)
    app.add_middleware(Guard, settings=chosen)  # what is added later comes earlier
    app.add_middleware(ReadableProblems)
    app.add_middleware(WidgetOrigins, settings=chosen)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Requests)
    for part in PARTS:
        app.include_router(part.router)
    install(app)
    trace(app)
    return app
