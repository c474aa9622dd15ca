"""Which articles are asked for: the filters that lists, searches, feeds and exports take, with their checks."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from api.entities import storable
from tasks.listing import Filters, Overall
from tasks.search import MOST_ASKED, How
from tasks.story_pages import place

MOST_ID = 2**63 - 1
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_OFFSET_AFTER_SPACE = re.compile(r"(T[0-9:.]+) (\d\d:?\d\d)")  # a plus sign in an address is a space


def _with_time(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not _DAY.match(value):  # a bare number would count as seconds since 1970
        raise ValueError("give a day or a moment, such as 2026-03-12 or 2026-03-12T10:30:00Z")
    return f"{value}T00:00:00Z" if _DAY.fullmatch(value) else _OFFSET_AFTER_SPACE.sub(r"\1+\2", value)


def _in_utc(moment: datetime) -> datetime:
    if not 1700 <= moment.year <= 2200:  # as of articles
        raise ValueError("the year must be between 1700 and 2200")
    return moment.astimezone(UTC)


def _a_cursor(given: str) -> str:
    place(given)
    return given


A_DAY_OR_MOMENT = {"anyOf": [{"type": "string", "format": form} for form in ("date-time", "date")]}
When = Annotated[AwareDatetime, BeforeValidator(_with_time), AfterValidator(_in_utc), WithJsonSchema(A_DAY_OR_MOMENT)]
Text = Annotated[str, AfterValidator(storable)]
Cursor = Annotated[str, AfterValidator(_a_cursor)]
Question = Annotated[Text, Field(min_length=1, max_length=MOST_ASKED)]


class Asked(BaseModel):
    """Which articles; a misspelt filter is refused, since it would be ignored."""

    model_config = ConfigDict(extra="forbid")

    source: Text | None = Field(None, max_length=500, description="The outlet, exactly as articles have it.")
    since: When | None = Field(
        None, description="Published, or else arrived, at this time or later: `2026-03-12T10:30:00Z`, or a day (UTC)."
    )
    until: When | None = Field(None, description="Before this time; with `since`, a span without its end.")
    language: Text | None = Field(None, max_length=35, description="As articles have it: `en`.")
    entity: int | None = Field(None, ge=1, le=MOST_ID, description="Names this thing; the id of any of its names.")
    story: int | None = Field(None, ge=1, le=MOST_ID, description="Is of this story; an old id of it will do.")
    state: Overall | None = Field(None, description="`failed` or `skipped` when any stage is, `done` when all are.")

    def filters(self) -> Filters:
        """As the tasks take them."""
        return Filters(**{name: getattr(self, name) for name in Filters.__dataclass_fields__})


class Page(Asked):
    """A page of a list."""

    limit: int = Field(20, ge=1, le=100, description="Articles on the page.")
    cursor: Cursor | None = Field(None, description="`next` of the page before, asked with the same filters.")


class Query(Asked):
    """A search."""

    q: Question = Field(description='Words as one gives them to a search engine: `strike "night shift" or -port`.')
    how: How = Field("both", description="By `words`, by `meaning`, or by both, with the ranks fused.")
    limit: int = Field(20, ge=1, le=100, description="Articles found.")


class FeedOf(Asked):
    """What a feed has."""

    q: Question | None = Field(None, description="Only articles that have these words; still the newest first.")
    limit: int = Field(50, ge=1, le=200, description="Articles in the feed.")
