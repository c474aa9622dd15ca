"""Which articles a page lists, as its form and its links say it: empty fields are no filters, days are days."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field
from sqlalchemy import Connection

from api.entities import storable
from tasks.entity_views import things
from tasks.listing import Filters, Overall

MOST_ID = 2**63 - 1
EARLIEST, LATEST = date(1700, 1, 1), date(2200, 12, 31)


def _given(value: object) -> object:
    return None if value == "" else value


Empty = BeforeValidator(_given)
Day = Annotated[Annotated[date, Field(ge=EARLIEST, le=LATEST)] | None, Empty]
Text = Annotated[Annotated[str, Field(max_length=500), AfterValidator(storable)] | None, Empty]
Number = Annotated[Annotated[int, Field(ge=1, le=MOST_ID)] | None, Empty]


class Chosen(BaseModel):
    """What the reader has chosen. `since` and `until` are days in UTC, both of them within."""

    source: Text = None
    since: Day = None
    until: Day = None
    language: Text = None
    entity: Number = None
    story: Number = None
    state: Annotated[Overall | None, Empty] = None

    def filters(self) -> Filters:
        """As the tasks take them."""
        return Filters(
            source=self.source,
            since=_midnight(self.since),
            until=_midnight(self.until and self.until + timedelta(days=1)),
            language=self.language,
            entity=self.entity,
            story=self.story,
            state=self.state,
        )

    def address(self, path: str, **more: object) -> str:
        """The page with these filters, and these parameters besides; what is None or empty is left out."""
        given = {name: value for name, value in {**self.model_dump(include=FILTERS), **more}.items() if value}
        return f"{path}?{urlencode(given)}" if given else path

    def said(self, db: Connection) -> list[str]:
        """Each filter in words."""
        named = things(db, [self.entity]) if self.entity else []
        words: dict[str, Any] = {
            "from {}": self.source,
            "since {}": self.since,
            "until {}": self.until,
            "in the language {}": self.language,
            "that mention {}": named[0]["name"] if named else self.entity and f"entity {self.entity}",
            "of story {}": self.story,
            "{}": self.state,
        }
        return [form.format(value) for form, value in words.items() if value]


FILTERS = set(Chosen.model_fields)


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None
