"""The publisher's widget: its script, and what it shows of an article. Pages of chosen other sites may ask for it."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request, Response
from pydantic import AfterValidator, BaseModel, Field
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.entities import storable
from api.pages.render import web
from api.problems import documented
from api.static_files import files, serve
from config.settings import Settings
from models.session import session
from tasks.article_at import article_at
from tasks.reading import article_view

router = APIRouter(tags=["widget"])

PATH = "/v1/widget"
SECONDS = 60  # that browsers and proxies may keep what they got
TAGS = 12  # the most mentioned
RELATED = 4


class WidgetSummary(BaseModel):
    """Sentences of the article (`extractive`) or a writer's own (`abstractive`)."""

    kind: Literal["extractive", "abstractive"]
    sentences: list[str]


class WidgetTag(BaseModel):
    """A person (PER), organisation (ORG), place (LOC) or other name (MISC)."""

    type: str
    name: str


class WidgetLink(BaseModel):
    """Another article, where it was published, and why it is shown."""

    title: str
    url: str
    why: str


class WidgetOut(BaseModel):
    """What the widget shows. Only articles with an http or https address of their own are linked."""

    article_id: int
    summary: WidgetSummary | None
    tags: list[WidgetTag] = Field(description=f"At most {TAGS}, the most mentioned first.")
    previous: WidgetLink | None
    next: WidgetLink | None
    related: list[WidgetLink] = Field(description=f"At most {RELATED}, the best first.")


Url = Annotated[
    str, Query(max_length=2000, description="The article's address, however written."), AfterValidator(storable)
]
Id = Annotated[
    int | None, Query(alias="id", ge=1, le=2**63 - 1, description="The article's id, in place of its address.")
]


@router.get(PATH, responses=documented(400, 401, 404, 413, 422, 503))
def show(response: Response, url: Url = "", article_id: Id = None) -> WidgetOut:
    """What the widget shows of an article, by its address or id. To be kept for a minute."""
    if bool(url) == (article_id is not None):
        raise HTTPException(422, "Give either url or id")
    with session() as db:
        found = article_id if article_id is not None else article_at(db, url)
        article = article_view(db, found) if found is not None else None
    if article is None:
        raise HTTPException(404, f"There is no article {url or article_id}")
    response.headers["Cache-Control"] = f"public, max-age={SECONDS}"
    return _shown(article)


@router.api_route("/widget.js", methods=["GET", "HEAD"], include_in_schema=False)
def script(request: Request) -> Response:
    """The script that a publisher's page has. Its address stays, so it is asked for anew each hour."""
    response = serve(request, files()["widget.js"], "public, max-age=3600")
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _shown(article: Mapping[str, Any]) -> WidgetOut:
    summary, published = article["summary"], article["also_published_by"]
    same = {copy["article_id"] for copy in published["copies"]} if published else set()
    links = [link for link in article["neighbours"] if link["article_id"] not in same]  # nobody links to a copy
    return WidgetOut(
        article_id=article["id"],
        summary=summary and WidgetSummary(kind=summary["kind"], sentences=[s["text"] for s in summary["sentences"]]),
        tags=[WidgetTag(type=entity["type"], name=entity["name"]) for entity in article["entities"][:TAGS]],
        previous=next(iter(_links(links, "previous")), None),
        next=next(iter(_links(links, "next")), None),
        related=_links(links, "related")[:RELATED],
    )


def _links(links: list[dict[str, Any]], kind: str) -> list[WidgetLink]:
    return [
        WidgetLink(title=link["title"] or link["url"], url=link["url"], why=link["why"]["sentence"])
        for link in links
        if link["kind"] == kind and web(link["url"])
    ]


class WidgetOrigins:
    """Lets pages of the chosen sites read what the widget gets, its errors too. Others get no leave."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        """`settings` names the sites."""
        self.app = app
        self.origins = frozenset(settings.widget_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["path"] != PATH:
            return await self.app(scope, receive, send)
        origin = Headers(scope=scope).get("origin", "")

        async def with_leave(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Origin")
                if origin in self.origins:
                    headers["Access-Control-Allow-Origin"] = origin
            await send(message)

        return await self.app(scope, receive, with_leave)
