"""The form of an article as it is sent, and how articles are taken in."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Query
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

from models.stage import Lane
from nlp.formats import Document, Kind
from nlp.formats.encoding import scrub
from tasks.errors import Unusable
from tasks.receive import Received, check, check_url, receive

Priority = Annotated[
    Lane, Query(description="Of the articles that do not say theirs: `backfill` goes behind all live ones.")
]


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
    priority: Lane | None = Field(None, description="`backfill` goes behind all live ones.")

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


def lanes(articles: Sequence[ArticleIn], priority: Lane) -> list[Lane]:
    """The lane of each."""
    return [article.priority or priority for article in articles]


def accept(articles: Sequence[ArticleIn], priority: Lane) -> list[Received]:
    """Write the articles and queue them, each in its lane. One item per article, in order."""
    found: dict[int, Received] = {}
    chosen = lanes(articles, priority)
    for lane in Lane:
        places = [place for place, its in enumerate(chosen) if its is lane]
        received = receive([articles[place].document() for place in places], lane)
        found |= zip(places, received, strict=True)
    return [found[place] for place in range(len(articles))]
