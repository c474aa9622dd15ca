"""Options that say which articles, for every command that lists them."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from tasks.listing import Filters, Overall

_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]
_MOST_ID = 2**63 - 1

Source = Annotated[str | None, typer.Option(help="Only this outlet.")]
Since = Annotated[
    datetime | None, typer.Option(formats=_FORMATS, help="Published, or else arrived, then or later (UTC).")
]
Until = Annotated[datetime | None, typer.Option(formats=_FORMATS, help="Before that time (UTC).")]
Language = Annotated[str | None, typer.Option(help="Only this language, such as en.")]
EntityId = Annotated[int | None, typer.Option("--entity", min=1, max=_MOST_ID, help="Only articles that name it.")]
StoryId = Annotated[int | None, typer.Option("--story", min=1, max=_MOST_ID, help="Only articles of this story.")]
InState = Annotated[Overall | None, typer.Option("--state", help="Only articles in this state.")]


def filters(
    source: str | None,
    since: datetime | None,
    until: datetime | None,
    language: str | None,
    entity: int | None,
    story: int | None,
    state: Overall | None,
) -> Filters:
    """As the tasks take them; a time without an offset is in UTC."""
    return Filters(source, _in_utc(since), _in_utc(until), language, entity, story, state)


def _in_utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
