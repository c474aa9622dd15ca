"""The forms of the links of an article, and of the evidence that each carries."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field


class WhyOut(BaseModel):
    """The rule with its version, and the reason as one sentence. `hours_apart` is null where an article has no date."""

    rule: str
    hours_apart: float | None
    sentence: str


class WhyRelated(WhyOut):
    """What two related articles have in common, the most telling first; long texts by their first 20,000 characters."""

    cosine: float = Field(description="Of the vectors of headline and lead, 0 to 1.")
    shared_entities: list[str] = Field(description="That the tagger found in both, by whatever name.")
    shared_names: list[str] = Field(description="Names by rule, from the texts alone.")
    shared_terms: list[str] = Field(description="Rare words that are no names.")
    share: float = Field(description="Of this article's words, those in passages that the other one has (0 to 1).")
    shared_back: float = Field(description="Of the other one's words, those in passages that this article has.")


class BesideOut(BaseModel):
    """The article before or after, as a page declares it, else in the source by time of publication.

    `article_id` is null while the article that the page names has not arrived.
    """

    kind: Literal["previous", "next"]
    article_id: int | None
    title: str
    url: str | None
    score: None = None
    why: WhyOut


class RelatedOut(BaseModel):
    """A related article; `score` is 0 (nothing in common) to about 1 (the same article)."""

    kind: Literal["related"]
    article_id: int
    title: str
    url: str | None
    score: float
    why: WhyRelated


NeighbourOut = BesideOut | RelatedOut


class WhyCopy(BaseModel):
    """What a copy has in common with the first one published.

    Of the first one itself: what the article that is read has in common with it.
    """

    share: float = Field(description="Of its words, those in passages that the first one has (0 to 1).")
    shared_back: float = Field(description="Of the first one's words, those in passages that it has.")
    only_here: list[str] = Field(description="Names and numbers in its text that the first one never has.")
    only_there: list[str] = Field(description="And the other way round.")
    rule: str
    sentence: str


class CopyOut(BaseModel):
    """Another article with the same text."""

    article_id: int
    source: str
    title: str
    url: str | None
    published_at: datetime | None
    why: WhyCopy


class PublishedOut(BaseModel):
    """Who published the text: `first_id` before all others, and the copies, the earliest first, at most 20 of them."""

    first_id: int
    copies: list[CopyOut]
    articles: int = Field(description="All of the group, with this one and the first one.")
    sources: int
    independent_sources: int = Field(
        description="An estimate: the first publisher, and each source of which half the text or more is its own."
    )
    sentence: str
