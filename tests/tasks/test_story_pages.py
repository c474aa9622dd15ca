"""The list of stories in pages."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from models.session import transaction
from models.story import Story
from tasks.story_pages import cursor, page, place

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
INSTANTS = st.datetimes(datetime(1700, 1, 1), datetime(2200, 12, 31), timezones=st.just(UTC))


def _told(seen: list[tuple[int, int, bool]]) -> list[int]:
    """Stories last seen so many microseconds after DAY, of so many articles, some of them gone into the first one."""
    rows = [
        {"title": str(n), "size": size, "at": DAY + timedelta(microseconds=us)} for n, (us, size, _) in enumerate(seen)
    ]
    with transaction() as db:
        db.execute(delete(Story))
        ids = [
            db.scalar(
                insert(Story)
                .values(
                    title=row["title"],
                    size=row["size"],
                    first_seen=DAY - timedelta(days=1),
                    last_seen=row["at"],
                )
                .returning(Story.id)
            )
            for row in rows
        ]
        for story_id, (_, _, gone) in zip(ids[1:], seen[1:], strict=True):
            if gone:
                db.execute(Story.__table__.update().where(Story.id == story_id).values(merged_into=ids[0]))
    return [story_id for story_id in ids if story_id]


def _read(least: int, sizes: list[int]) -> list[dict[str, Any]]:
    """All stories, by pages of these sizes in turn."""
    found: list[dict[str, Any]] = []
    given_cursor: str | None = None
    for turn in range(1000):
        with transaction() as db:
            before = place(given_cursor) if given_cursor else None
            got = page(db, least, sizes[turn % len(sizes)], before)
        assert len(got["stories"]) <= sizes[turn % len(sizes)]
        found += got["stories"]
        given_cursor = got["next"]
        if given_cursor is None:
            return found
        assert len(got["stories"]) == sizes[turn % len(sizes)], "only the last page may be short"
    raise AssertionError("the pages do not end")


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4), st.booleans()), max_size=12),
    st.integers(1, 4),
    st.lists(st.integers(1, 5), min_size=1, max_size=3),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_of_any_size_hold_the_same_stories_in_the_same_order(
    desk: Path, seen: list[tuple[int, int, bool]], least: int, sizes: list[int]
) -> None:
    ids = _told(seen)
    listed = [
        (us, story_id)
        for n, ((us, size, gone), story_id) in enumerate(zip(seen, ids, strict=True))
        if size >= least and not (gone and n)
    ]
    expected = [story_id for _, story_id in sorted(listed, reverse=True)]
    assert [story["id"] for story in _read(least, sizes)] == expected


@given(INSTANTS, st.integers(1, 2**63 - 1))
def test_a_cursor_leads_back_to_its_place(at: datetime, story_id: int) -> None:
    assert place(cursor(at, story_id)) == (at, story_id)


@pytest.mark.parametrize(
    "given", ["", "1", "1.2.3", "a.b", "1.-2", f"1.{2**63}", "-99999999999999999.1", "1.2\n", "١.٢"]
)
def test_what_no_page_gives_is_no_cursor(given: str) -> None:
    with pytest.raises(ValueError, match="as `next`"):
        place(given)
