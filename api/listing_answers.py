"""The forms of lists and of what a search finds."""

from datetime import datetime

from pydantic import BaseModel, Field

from tasks.listing import Overall


class ArticleListed(BaseModel):
    """An article in short. `at` is when it was published, or else when it arrived: lists go by it, newest first."""

    id: int
    title: str
    source: str
    url: str | None
    published_at: datetime | None
    language: str | None
    state: Overall
    at: datetime


class ArticlesListed(BaseModel):
    """A page. `next` is the `cursor` of the page behind this one, null on the last one."""

    articles: list[ArticleListed]
    next: str | None


class Snippet(BaseModel):
    """A passage of the text, plain, and the places in it of the words asked for, counted in code points."""

    text: str
    matches: list[tuple[int, int]] = Field(description="Each as start and end: `text[start:end]` is the word.")


class Ranks(BaseModel):
    """The article's place by each way that found it, from 1."""

    words: int | None = None
    meaning: int | None = None


class ArticleFound(ArticleListed):
    """An article that a search found. Its `score` can be compared within this answer only."""

    score: float
    ranks: Ranks
    snippet: Snippet


class ArticlesFound(BaseModel):
    """The best first."""

    articles: list[ArticleFound]
