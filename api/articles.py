"""Articles in, articles out."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from api.answers import ArticleOut, ArticleReceived, ArticlesReceived
from api.problems import documented
from models.session import session
from nlp.formats import Document, Kind
from nlp.formats.encoding import scrub
from tasks.errors import Unusable
from tasks.reading import article_view
from tasks.receive import Received, check, check_url, receive

router = APIRouter(prefix="/v1/articles", tags=["articles"], responses=documented(400, 401, 413, 422, 503))

MOST = 1000  # articles in one request


def _only_text(value: object) -> object:
    if value is not None and not isinstance(value, str):
        raise ValueError("give a date and time as text, such as 2026-03-12T10:30:00Z")
    return value


def _in_utc(moment: datetime) -> datetime:
    if not 1700 <= moment.year <= 2200:  # as in the files we read; beyond, zones and databases disagree
        raise ValueError("the year must be between 1700 and 2200")
    return moment.astimezone(UTC)


def _acceptable(rule: Callable[[Any], object], value: object) -> None:
    try:
        rule(value)
    except Unusable as error:
        raise ValueError(str(error)) from None


Moment = Annotated[AwareDatetime, BeforeValidator(_only_text), AfterValidator(_in_utc)]


class ArticleIn(BaseModel):
    """One article: give `text`, `html`, `markdown` or just a `url` to fetch."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field("", max_length=500)
    text: str = ""
    html: str = ""
    markdown: str = ""
    url: str = Field("", max_length=2000, examples=["https://news.example/story"])
    author: str = Field("", max_length=500)
    source: str = Field("", max_length=200, description="The outlet; previous and next are found within it.")
    published_at: Moment | None = Field(None, description="With its offset from UTC.")
    language: str = Field("", max_length=35, description="A hint; the text decides.")

    @field_validator("title", "text", "html", "markdown", "url", "author", "source", "language")
    @classmethod
    def _storable(cls, value: str) -> str:
        if scrub(value) != value:
            raise ValueError("leave out NUL characters and halves of surrogate pairs")
        return value

    @field_validator("url")
    @classmethod
    def _fetchable(cls, url: str) -> str:
        if url:
            _acceptable(check_url, url)
        return url

    @model_validator(mode="after")
    def _one_body(self) -> "ArticleIn":
        bodies = [self.text, self.html, self.markdown]
        if sum(bool(body) for body in bodies) > 1:
            raise ValueError("give only one of text, html and markdown")
        if not any(bodies) and not self.url:
            raise ValueError("give text, html, markdown or url")
        _acceptable(check, self.document())
        return self

    def document(self) -> Document:
        """As the tasks take it."""
        kind: Kind = "html" if self.html else "markdown" if self.markdown else "text"
        return Document(
            kind=kind,
            body=self.html or self.markdown or self.text,
            url=self.url,
            title=self.title,
            author=self.author,
            published=self.published_at,
            source=self.source,
            language=self.language,
        )


def _listed(body: object) -> list[object]:
    if isinstance(body, str | bytes):
        raise ValueError("send JSON, and say so: `Content-Type: application/json`")
    return body if isinstance(body, list) else [body]


Articles = Annotated[list[ArticleIn], Field(min_length=1, max_length=MOST)]
OneOrMore = Annotated[Articles, BeforeValidator(_listed, json_schema_input_type=ArticleIn | Articles)]


@router.post("", status_code=202)
def add(body: OneOrMore) -> ArticlesReceived:
    """Queue one article, or a list. The same article again gives the same id."""
    received: list[Received] = receive([item.document() for item in body])
    return ArticlesReceived(articles=[ArticleReceived(id=r.article_id, queued=r.queued) for r in received])


@router.get("/{article_id}", responses=documented(404))
def show(article_id: Annotated[int, Path(ge=1, le=2**63 - 1)]) -> ArticleOut:
    """The article with its stages and results so far."""
    with session() as db:
        found = article_view(db, article_id)
    if found is None:
        raise HTTPException(404, f"There is no article {article_id}")
    return ArticleOut.model_validate(found)
