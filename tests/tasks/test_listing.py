"""The list of articles: its order, its pages, and each of its filters."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from linking import add, event_text, link_all
from marked import tell
from sqlalchemy import delete, insert, select

from models.article import Article
from models.entity import Entity
from models.session import transaction
from models.stage import ENDS, RESULTS, Stage, StageRow, State
from models.story import Story
from tasks.listing import Filters, articles, page
from tasks.one_thing import named
from tasks.reading import overall
from tasks.story_pages import place
from tasks.story_views import story_of

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def _stored(times: list[int | None], **facts: object) -> list[int]:
    """Articles published so many microseconds after DAY; those of None have no date, and arrived at DAY."""
    with transaction() as db:
        return [
            db.execute(
                insert(Article)
                .values(
                    key=f"{n} {facts}",
                    published_at=None if us is None else DAY + timedelta(microseconds=us),
                    created_at=DAY,
                    **facts,
                )
                .returning(Article.id)
            ).scalar_one()
            for n, us in enumerate(times)
        ]


def _found(**filters: Any) -> list[int]:
    with transaction() as db:
        return [article["id"] for article in articles(db, Filters(**filters), 100)]


def _read(sizes: list[int]) -> list[int]:
    """The whole list, by pages of these sizes in turn."""
    found: list[int] = []
    cursor = None
    for turn in range(1000):
        with transaction() as db:
            got = page(db, Filters(), sizes[turn % len(sizes)], place(cursor) if cursor else None)
        found += [article["id"] for article in got["articles"]]
        cursor = got["next"]
        if cursor is None:
            return found
    raise AssertionError("the pages do not end")


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    times=st.lists(st.one_of(st.none(), st.integers(-2, 2)), max_size=12),
    sizes=st.lists(st.integers(1, 5), min_size=1, max_size=4),
)
def test_pages_of_any_size_are_one_list_though_articles_share_times(
    desk: Path, times: list[int | None], sizes: list[int]
) -> None:
    with transaction() as db:
        db.execute(delete(Article))
    ids = _stored(times)
    expected = sorted(zip([us or 0 for us in times], ids, strict=True), reverse=True)
    assert _read(sizes) == [article_id for _, article_id in expected]


def test_an_article_in_the_list_has_its_facts(desk: Path) -> None:
    [article_id] = _stored([0], title="Dockers walk out", source="Post", url="https://news.example/a", language="en")
    with transaction() as db:
        assert articles(db, Filters()) == [
            {
                "id": article_id,
                "title": "Dockers walk out",
                "source": "Post",
                "url": "https://news.example/a",
                "published_at": DAY,
                "language": "en",
                "state": "in progress",
                "at": DAY,
            }
        ]


def test_filters_by_source_and_language_are_exact(desk: Path) -> None:
    [post] = _stored([0], source="Post", language="en")
    [times] = _stored([0], source="Times", language="de")
    assert _found(source="Post") == [post]
    assert _found(language="de") == [times]
    assert _found(source="Post", language="de") == []
    assert _found(source="post") == []


def test_a_span_of_time_has_its_start_and_not_its_end_and_undated_articles_count_by_arrival(desk: Path) -> None:
    before, undated, at_end = _stored([-1, None, 5])
    start, end = DAY, DAY + timedelta(microseconds=5)
    assert _found(since=start, until=end) == [undated]
    assert _found(since=start) == [at_end, undated]
    assert _found(until=start) == [before]


def test_a_thing_is_found_by_the_id_of_any_of_its_names(desk: Path) -> None:
    first = tell("The {ORG World Food Programme} ({ORG WFP}) met in {LOC Rome}.")
    second = tell("The {ORG WFP} has moved.")
    tell("{LOC Paris} is calm.")
    with transaction() as db:
        [whole] = named(db, "World Food Programme")
        [rome] = named(db, "Rome")
        ids = list(db.scalars(select(Entity.id)))
    found = {i: _found(entity=i) for i in ids}
    assert found[whole] == [second, first]
    assert sum(articles == [second, first] for articles in found.values()) == 2  # by the alias, too
    assert found[rome] == [first]
    assert _found(entity=max(ids) + 1) == []


def test_a_story_is_found_by_its_id_and_by_one_that_went_into_it(desk: Path) -> None:
    linked = [add(f"{n}", event_text(0, n), source=f"Paper {n}") for n in range(2)]
    link_all(linked)
    ids = sorted((one.article_id for one in linked), reverse=True)
    with transaction() as db:
        story = story_of(db, ids[0])
        assert story is not None
        old = db.execute(
            insert(Story).values(size=0, first_seen=DAY, last_seen=DAY, merged_into=story).returning(Story.id)
        ).scalar_one()
    assert _found(story=story) == _found(story=old) == ids
    assert _found(story=old + 1) == []


@pytest.fixture
def in_every_state(desk: Path) -> dict[int, str]:
    """Articles with all that stages can be at once, each with what `overall` says of it."""
    ways = [dict.fromkeys(Stage, State.DONE)]
    ways += [{Stage.INGEST: state} for state in State if state != State.DONE]
    ways += [dict.fromkeys(Stage, State.DONE) | {stage: state} for stage in RESULTS for state in State]
    ways += [{stage: State.DONE if stage == Stage.INGEST else state for stage in Stage} for state in State]
    ways += [dict.fromkeys(Stage, State.DONE) | {Stage.SUMMARY: State.SKIPPED, Stage.ENTITIES: end} for end in ENDS]
    ids = _stored([0] * len(ways))
    with transaction() as db:
        for article_id, way in zip(ids, ways, strict=True):
            rows = [{"article_id": article_id, "name": name, "state": state} for name, state in way.items()]
            db.execute(insert(StageRow), rows)
    return {i: overall([{"state": state} for state in way.values()]) for i, way in zip(ids, ways, strict=True)}


@pytest.mark.parametrize("state", ["done", "failed", "skipped", "in progress"])
def test_articles_are_found_by_the_state_that_their_own_page_says(in_every_state: dict[int, str], state: str) -> None:
    expected = [i for i, said in sorted(in_every_state.items(), reverse=True) if said == state]
    assert expected
    assert _found(state=state) == expected
    with transaction() as db:
        assert {a["id"]: a["state"] for a in articles(db, Filters(), 100)} == in_every_state
