"""The forms of what the API answers."""

from datetime import datetime

from pydantic import BaseModel, Field

from api.link_answers import NeighbourOut, PublishedOut
from api.story_answers import StoryAround


class ArticleReceived(BaseModel):
    """Where to find the article; `queued` is false when the desk had it already, unchanged."""

    id: int
    queued: bool


class ArticlesReceived(BaseModel):
    """One item per article sent, in order."""

    articles: list[ArticleReceived]


class RefusedLine(BaseModel):
    """A line of a stream that is no article, counted from 1, and what is wrong with it."""

    line: int
    problem: str


class StreamReceived(BaseModel):
    """What became of a stream up to and with line `lines`; if there are more, the one behind it is to be sent next."""

    lines: int = 0
    articles: int = Field(0, description="Accepted, those that the desk had already included.")
    queued: int = Field(0, description="Of these, new or changed.")
    first_id: int | None = Field(None, description="The article of the first line accepted.")
    last_id: int | None = Field(None, description="The article of the last line accepted.")
    refused: int = 0
    refusals: list[RefusedLine] = Field([], description="The first 100.")


class SentenceOut(BaseModel):
    """A sentence and its place in the article's text, counted in Unicode code points.

    Of an extractive summary `text` is exactly `text[start:end]` of the article; of an abstractive one that place
    supports it best, and `score` is the share of its words found there.
    """

    start: int
    end: int
    text: str
    score: float


class SummaryOut(BaseModel):
    """Sentences of the article (`extractive`) or a writer's own (`abstractive`), and the version they were made from.

    `reason` says why a written summary was refused and the extractive one is here in its place.
    """

    version: int
    kind: str
    reason: str | None
    sentences: list[SentenceOut]


class MentionOut(BaseModel):
    """A place in the text where the entity is named."""

    start: int
    end: int
    score: float


class EntityOut(BaseModel):
    """A person (PER), organisation (ORG), place (LOC) or other named thing (MISC).

    Under whatever names the article has it, `id` and `name` are those that stand for it in all articles.
    """

    id: int
    type: str
    name: str
    mentions: list[MentionOut]


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
    """Everything the desk knows of an article.

    `story` is null until the article has been placed, `also_published_by` while nobody else has its text.
    """

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
    story: StoryAround | None
    also_published_by: PublishedOut | None
