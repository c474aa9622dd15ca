"""The list of stories in pages, which are the same items in the same order whatever their size."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from tasks.story_views import stories

_CURSOR = re.compile(r"(-?[0-9]{1,17})\.([0-9]{1,19})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Place = tuple[datetime, int]  # when a story was last seen, and its id: the order of the list, latest first


def page(db: Connection, least: int = 2, most: int = 20, before: Place | None = None) -> dict[str, Any]:
    """Stories of at least so many articles, the latest first, and the cursor of those behind them, None at the end.

    A story that gets an article between two pages goes to the front, where a reader who went on does not see it again.
    """
    found = stories(db, least, most + 1, before)
    shown = found[:most]
    following = cursor(shown[-1]["last_seen"], shown[-1]["id"]) if len(found) > most else None
    return {"stories": shown, "next": following}


def cursor(last_seen: datetime, story_id: int) -> str:
    """The place of a story in the list, in microseconds since 1970 and its id: `1772442000000000.17`."""
    return f"{(last_seen - _EPOCH) // _MICROSECOND}.{story_id}"


def place(given: str) -> Place:
    """The place that a cursor names. Raises ValueError when it is none that `page` gives."""
    parts = _CURSOR.fullmatch(given)
    if parts is None or int(parts[2]) >= 2**63:
        raise ValueError("give the cursor that the page before has as `next`")
    try:
        return _EPOCH + int(parts[1]) * _MICROSECOND, int(parts[2])
    except OverflowError:
        raise ValueError("give the cursor that the page before has as `next`") from None
