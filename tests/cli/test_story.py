"""`copydesk stories` and `copydesk story`, and what `copydesk show` says of an article's story and copies."""

import pytest
import stories
from linking import NOW, add, days, event_text, link_all
from sqlalchemy import text

from models.session import transaction


@pytest.fixture
def told(copydesk):
    """Two stories, of three and of two articles; gives the ids of their articles."""
    found = [
        [
            add(f"{e}-{n}", event_text(e, n), title=f"Event {e}, {n}", source="Post", published=NOW + days(n - e))
            for n in range(3 - e)
        ]
        for e in range(2)
    ]
    link_all([one for some in found for one in some])
    return [[one.article_id for one in some] for some in found]


def test_stories_are_printed_latest_first_and_how_to_go_on(copydesk, told):
    said = copydesk("stories", "--limit", 1)
    assert said.status == 0
    assert "Event 0" in said.out and "Event 1" not in said.out
    cursor = said.out.partition("more: --cursor ")[2].strip()
    rest = copydesk("stories", "--cursor", cursor)
    assert "Event 1" in rest.out and "Event 0" not in rest.out and "more:" not in rest.out


def test_stories_as_json_are_what_the_api_gives(copydesk, told):
    found = copydesk("stories", "--json", "--least", 3).json
    assert [story["size"] for story in found["stories"]] == [3] and found["next"] is None


def test_a_story_is_printed_with_names_sources_days_and_articles(copydesk, told):
    story_id = copydesk("stories", "--json").json["stories"][0]["id"]
    said = copydesk("story", story_id)
    assert said.status == 0
    assert "3 articles, 2026-03-02 to 2026-03-04" in said.out
    assert "James Steele ×" in said.out and "Post ×3" in said.out
    assert "2026-03-03  1  " + "█" * 40 in said.out
    assert f"{told[0][2]}  2026-03-04 09:00  Post  Event 0, 2" in said.out
    assert copydesk("story", story_id, "--json").json["articles"][0]["id"] == told[0][2]


def test_an_old_id_prints_the_story_it_went_into_and_says_so(copydesk, told):
    ids = [story["id"] for story in copydesk("stories", "--json").json["stories"]]
    with transaction() as db:
        db.execute(
            text("update stories set merged_into = :to, size = 0 where id = :old"), {"to": ids[0], "old": ids[1]}
        )
        db.execute(
            text(
                "insert into story_events (kind, from_id, to_id, articles, rule) values ('merged', :old, :to, 2, 'x')"
            ),
            {"to": ids[0], "old": ids[1]},
        )
    out = copydesk("story", ids[1]).out
    assert f"{ids[1]} went into {ids[0]}" in out
    assert f"merged: 2 articles from {ids[1]} to {ids[0]}" in out


def test_an_article_is_shown_with_its_story_and_the_why_of_each_link(copydesk, told):
    out = copydesk("show", told[0][1]).out
    assert "Story  1  Event 0" in out and "(3 articles, 2026-03-02 to 2026-03-04)" in out
    assert "previous in the story by time; 24 hours apart" in out
    assert "next in Post by publication time" in out
    assert "% alike" in out and "of one text is in the other" in out


def test_an_article_is_shown_with_its_copies(copydesk):
    whole = stories.story(1)
    stories.put("wire", whole, source="Wire", title="Strike", published_at=stories.DAY)
    out = copydesk("show", stories.put("late", whole, source="Post", published_at=NOW + days(1))).out
    assert "Also published by  2 articles of 2 sources, about 1 of them independent; Wire was first" in out
    assert "Wire  1  Strike  100% of this article is in it, which was first, with nothing left out" in out


def test_an_article_alone_in_its_story_is_shown_without_it(copydesk):
    link_all([add("alone", event_text(0, 0))])
    assert "Story" not in copydesk("show", 1).out


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["story", "7"], "There is no story 7."),
        (["stories", "--cursor", "x"], "x is no cursor: give the cursor that the page before has as `next`."),
    ],
)
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_what_is_not_there_is_an_error_in_one_line(copydesk, arguments, error, options):
    said = copydesk(*arguments, *options)
    assert (said.status, said.out, said.err) == (2, "", f"copydesk: {error}\n")


@pytest.mark.parametrize("arguments", [["story", "0"], ["story", "one"], ["story"], ["stories", "--least", "0"]])
def test_wrong_usage_is_said_without_a_traceback(copydesk, arguments):
    said = copydesk(*arguments)
    assert said.status == 2
    assert "Traceback" not in said.err
