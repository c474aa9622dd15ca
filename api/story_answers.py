"""The forms of what the API answers about stories."""

from datetime import date, datetime

from pydantic import BaseModel, Field


class StoryOut(BaseModel):
    """A story: articles that tell one event. The title is the headline of its most central article."""

    id: int
    title: str
    size: int = Field(description="Articles.")
    first_seen: datetime
    last_seen: datetime


class StoriesOut(BaseModel):
    """Stories, the latest first. `next` is the `cursor` of the page behind this one, null on the last one."""

    stories: list[StoryOut]
    next: str | None


class KeyEntityOut(BaseModel):
    """A name, and how many of the articles shown have it."""

    name: str
    articles: int


class StorySourceOut(BaseModel):
    """An outlet, and how many of the story's articles are its."""

    source: str
    articles: int


class StoryDayOut(BaseModel):
    """A day (UTC) with articles; those without are left out."""

    day: date
    articles: int


class StoryArticleOut(BaseModel):
    """An article of the story. `at` is when it was published, or else when it arrived."""

    id: int
    title: str
    source: str
    at: datetime


class StoryEventOut(BaseModel):
    """Articles went from one story to another: all (`merged`), some into a new one (`split`), or some (`moved`)."""

    kind: str
    from_id: int
    to_id: int
    articles: int
    at: datetime
    rule: str


class StoryPage(StoryOut):
    """A story, and its newest articles. `asked` differs from `id` when that story has gone into this one."""

    asked: int
    entities: list[KeyEntityOut] = Field(description="The names that most of the articles shown have.")
    sources: list[StorySourceOut]
    timeline: list[StoryDayOut]
    articles: list[StoryArticleOut] = Field(description="The newest, latest first, at most 50.")
    history: list[StoryEventOut] = Field(description="The latest first, at most 50.")


class BesideInStoryWhy(BaseModel):
    """The rule with its version, and the time between the two, as facts and as a sentence."""

    rule: str
    hours_apart: float
    sentence: str


class BesideInStory(BaseModel):
    """The article before, or after, in the story by time; of equal times the earlier id comes first."""

    article_id: int
    title: str
    source: str
    url: str | None
    at: datetime
    why: BesideInStoryWhy


class StoryAround(StoryOut):
    """An article's story, and the articles before and after it there."""

    previous: BesideInStory | None
    next: BesideInStory | None
