"""Stories as they are kept and read: ids, redirects, history, what they are about."""

from pathlib import Path

from linking import NOW, add, days, event_text, link_all, told
from sqlalchemy import text

from models.session import transaction
from nlp.stories import MOST_MEMBERS
from tasks.placing import _merge
from tasks.shelf import newest, write
from tasks.story_views import beside_in_story, key_entities, stories, story_of, story_view

A = "Zorblat Quindle vexed Marnip. The quorvex of Haldrin fell."
B = "Trelm Ostrak built Venlo. A snorfel came to Pexit."


def _view(article_id: int) -> dict[str, object]:
    with transaction() as db:
        story = story_of(db, article_id)
        assert story is not None
        found = story_view(db, story)
    assert found is not None
    return found


def test_a_story_tells_its_title_times_sources_names_and_days(desk: Path) -> None:
    articles = [
        add(str(n), event_text(2, n), title=f"Strike {n}", source=("Ledger", "Post")[n % 2], published=NOW + days(n))
        for n in range(4)
    ]
    link_all(articles)
    found = _view(articles[0].article_id)
    assert found["title"] in {f"Strike {n}" for n in range(4)}
    assert (found["size"], found["first_seen"], found["last_seen"]) == (4, NOW, NOW + days(3))
    assert found["sources"] == [{"source": "Ledger", "articles": 2}, {"source": "Post", "articles": 2}]
    assert [day["articles"] for day in found["timeline"]] == [1, 1, 1, 1]  # type: ignore[union-attr, attr-defined]
    names = [one["name"] for one in found["entities"]]  # type: ignore[union-attr, attr-defined]
    assert {"Katrin Voss", "Verdi", "Altenwerder"} <= set(names) and "Thursday" not in names
    assert [one["id"] for one in found["articles"]] == [one.article_id for one in reversed(articles)]  # type: ignore[union-attr, attr-defined]


def test_an_article_knows_the_ones_before_and_after_in_its_story(desk: Path) -> None:
    ids = [add(str(n), event_text(0, n), published=NOW - days(n)) for n in range(3)]
    link_all(ids)
    with transaction() as db:
        beside = {row["kind"]: row["article_id"] for row in beside_in_story(db, ids[1].article_id)}
        assert beside == {"previous": ids[2].article_id, "next": ids[0].article_id}
        assert [row["kind"] for row in beside_in_story(db, ids[0].article_id)] == ["previous"]


def test_the_id_of_a_story_that_merged_leads_to_the_other(desk: Path) -> None:
    one, other = add("a", A), add("b", B)
    link_all([one, other])
    assert len(told()) == 2
    with transaction() as db:
        first, second = story_of(db, one.article_id), story_of(db, other.article_id)
    assert first and second
    link_all([add("both", f"{A} {B}")])
    assert told() == {frozenset({"a", "b", "both"})}
    with transaction() as db:
        asked_old, asked_new = story_view(db, second), story_view(db, first)
        listed = stories(db)
    assert asked_old and asked_new
    assert asked_old["id"] == first and asked_old["asked"] == second
    assert asked_new["history"][0] | {"at": None} == {
        "kind": "merged", "from_id": second, "to_id": first, "articles": 1, "at": None, "rule": "stories 1",
    }  # fmt: skip
    assert [story["id"] for story in listed] == [first]


def test_redirects_lead_to_the_end_however_often_stories_merge(desk: Path) -> None:
    parts = [add("a", A), add("b", B), add("c", "Wexil Dontra sang in Grumlin. The plavik of Estorn rose.")]
    link_all(parts)
    link_all([add("both", f"{A} {B}")])
    with transaction() as db:
        first, last = story_of(db, parts[0].article_id), story_of(db, parts[2].article_id)
        assert first and last
        shelf = newest(db, {first, last}, [])
        _merge(shelf, first, last)
        write(db, shelf)
    assert told() == {frozenset({"a", "b", "c", "both"})}
    with transaction() as db:
        assert set(db.scalars(text("select merged_into from stories where id <> :last"), {"last": last})) == {last}
        assert [view["id"] for i in (1, 2, 3) if (view := story_view(db, i))] == [last] * 3


def test_a_long_story_goes_on_at_the_same_cost(desk: Path) -> None:
    articles = [add(f"{n:03}", event_text(1, n), published=NOW + days(n / 24)) for n in range(MOST_MEMBERS + 12)]
    link_all(articles, together=4)
    assert [len(story) for story in told()] == [MOST_MEMBERS + 12]
    found = _view(articles[0].article_id)
    assert (found["first_seen"], found["last_seen"]) == (NOW, NOW + days((MOST_MEMBERS + 11) / 24))


def test_an_unknown_story_is_none(desk: Path) -> None:
    with transaction() as db:
        assert story_view(db, 404) is None and story_of(db, 404) is None


def test_key_names_are_those_that_most_articles_have_whole_ones_first() -> None:
    names = [["Katrin Voss", "Verdi", "Monday"], ["Katrin Voss", "Voss", "Monday"], ["Voss", "Verdi", "Katrin Voss"]]
    assert [one["name"] for one in key_entities(names)] == ["Katrin Voss", "Verdi"]
