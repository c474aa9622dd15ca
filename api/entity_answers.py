"""The forms of what the API answers about things across articles."""

from datetime import date, datetime

from pydantic import BaseModel, Field


class ThingOut(BaseModel):
    """A person (PER), organisation (ORG), place (LOC) or other named thing (MISC)."""

    id: int
    type: str
    name: str


class ThingsOut(BaseModel):
    """Things; empty when there is none."""

    entities: list[ThingOut]


class EvidenceOut(BaseModel):
    """`text[start:end]` of the article shows that the two names, as written there, name one thing."""

    article_id: int
    start: int
    end: int
    alias: str
    whole: str
    version: int = Field(description="Of the rules that found it.")


class MergeOut(BaseModel):
    """`alias` names what `whole` names.

    `rule`: `definition` (one behind the other in brackets), `suffix` (with and without the legal form), `initials`, or
    `form` (two spellings). `holds`: `everywhere`, `there` (only in the articles that are its evidence, since others say
    otherwise) or `nowhere` (undone, too little evidence, or marked as not the same).
    """

    id: int
    rule: str
    holds: str
    alias: ThingOut
    whole: ThingOut
    articles: int = Field(description="That say so; counted to 1,000.")
    evidence: list[EvidenceOut] = Field(description="Of the first articles.")
    created_at: datetime
    undone_at: datetime | None
    undone_why: str | None


class MergeChanged(MergeOut):
    """The merge, and the things that its ends are of now: one when they are the same."""

    entities: list[ThingOut]


class AliasOut(ThingOut):
    """Another name of the thing, and why."""

    merges: list[MergeOut]


class BarOut(BaseModel):
    """A day or a week (from Monday), in UTC; those without a mention are left out."""

    start: date
    articles: int
    mentions: int


class TimelineOut(BaseModel):
    """When the thing was mentioned, from the newest `articles` articles; `complete` when there are no others."""

    unit: str
    bars: list[BarOut]
    articles: int
    complete: bool


class TitleOut(BaseModel):
    """An article by its headline."""

    id: int
    title: str
    source: str
    url: str | None
    published_at: datetime | None


class TogetherOut(ThingOut):
    """A thing that is in the same articles: in how many of the newest, and what that says, as it is rare or common."""

    articles: int
    weight: float


class EntityPage(ThingOut):
    """A thing across all articles. `asked` differs from `id` when that entity is merged into this one."""

    asked: int
    aliases: list[AliasOut]
    other_merges: list[MergeOut] = Field(description="That do not hold everywhere.")
    not_the_same: list[ThingOut]
    timeline: TimelineOut
    newest: list[TitleOut]
    together: list[TogetherOut]
