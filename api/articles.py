"""Articles in, articles out."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from models.session import session
from nlp.formats import Document, Kind
from tasks.reading import article_view
from tasks.receive import Received, receive

router = APIRouter(prefix="/articles", tags=["articles"])

MOST = 1000  # articles in one request


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
    published_at: AwareDatetime | None = Field(None, description="With its offset from UTC.")
    language: str = Field("", max_length=35, description="A hint; the text decides.")

    @model_validator(mode="after")
    def _one_body(self) -> "ArticleIn":
        bodies = [self.text, self.html, self.markdown]
        if sum(bool(body) for body in bodies) > 1:
            raise ValueError("give only one of text, html and markdown")
        if not any(body.strip() for body in bodies) and not self.url:
            raise ValueError("give text, html, markdown or url")
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
            published=self.published_at.astimezone(UTC) if self.published_at else None,
            source=self.source,
            language=self.language,
        )


class ArticleReceived(BaseModel):
    """Where to find the article; `queued` is false when the desk had it already, unchanged."""

    id: int
    queued: bool


class ArticlesReceived(BaseModel):
    """One item per article sent, in order."""

    articles: list[ArticleReceived]


class SentenceOut(BaseModel):
    """`text` is the article's `text[start:end]`, counted in Unicode code points."""

    start: int
    end: int
    text: str
    score: float


class SummaryOut(BaseModel):
    """The chosen sentences, and the version of the article they were chosen from."""

    version: int
    sentences: list[SentenceOut]


class MentionOut(BaseModel):
    """A place in the text where the entity is named."""

    start: int
    end: int
    score: float


class EntityOut(BaseModel):
    """A person (PER), organisation (ORG), place (LOC) or other named thing (MISC)."""

    id: int
    type: str
    name: str
    mentions: list[MentionOut]


class NeighbourOut(BaseModel):
    """A link: `previous`, `next` or `related`; `article_id` is null while the article it names has not arrived."""

    kind: str
    article_id: int | None
    title: str
    url: str | None
    score: float | None
    why: dict[str, Any]


class StageOut(BaseModel):
    """How far one stage is, and which engine and settings made its result."""

    name: str
    state: str
    attempts: int
    version: int | None
    lineage: str | None
    reason: str | None
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class ArticleOut(BaseModel):
    """Everything the desk knows of an article."""

    id: int
    version: int
    state: str
    source: str
    url: str | None
    title: str
    author: str | None
    attribution: str | None
    published_at: datetime | None
    language: str | None
    text: str | None
    stages: list[StageOut]
    summary: SummaryOut | None
    entities: list[EntityOut]
    neighbours: list[NeighbourOut]


@router.post("", status_code=202)
def add(body: ArticleIn | Annotated[list[ArticleIn], Field(min_length=1, max_length=MOST)]) -> ArticlesReceived:
    """Queue one article, or a list. The same article again gives the same id."""
    items = body if isinstance(body, list) else [body]
    received: list[Received] = receive([item.document() for item in items])
    return ArticlesReceived(articles=[ArticleReceived(id=r.article_id, queued=r.queued) for r in received])


@router.get("/{article_id}", responses={404: {"description": "There is no such article"}})
def show(article_id: Annotated[int, Path(ge=1, le=2**63 - 1)]) -> ArticleOut:
    """The article with its stages and results so far."""
    with session() as db:
        found = article_view(db, article_id)
    if found is None:
        raise HTTPException(404, f"There is no article {article_id}")
    return ArticleOut.model_validate(found)
