"""What readers get of a thing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from marked import tell
from sqlalchemy import func, insert, select

from models.alias import Merge
from models.article import Article
from models.entity import Entity, Mention
from models.session import session, transaction
from tasks import entity_places
from tasks.aliases import mark_distinct, undo
from tasks.entity_views import entities_named, entity_view
from tasks.links import _shared_names
from tasks.one_thing import things_of

WFP = "The {ORG World Food Programme} ({ORG WFP}) met in {LOC Rome}. "
MEDICAL = "The {ORG American Medical Association} ({ORG AMA}) met. The {ORG AMA} voted."
RIDERS = "The {ORG American Motorcyclist Association} ({ORG AMA}) rode. The {ORG AMA} won."
DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def _view(name: str, type_: str = "ORG") -> dict[str, Any]:
    with session() as db:
        id_ = db.scalars(select(Entity.id).where(Entity.key == name.casefold(), Entity.type == type_)).one()
        view = entity_view(db, id_)
    assert view is not None
    return view


def _things(article_id: int) -> dict[str, int]:
    """How often the article mentions each thing."""
    with session() as db:
        names = [row.name for row in things_of(db, article_id)]
    return {name: names.count(name) for name in names}


def test_a_thing_has_its_names_with_the_place_in_the_text_that_shows_them(desk: Path) -> None:
    article_id = tell(WFP)
    view = _view("world food programme")
    [alias] = view["aliases"]
    assert (view["name"], alias["name"]) == ("World Food Programme", "WFP")
    [definition] = [merge for merge in alias["merges"] if merge["rule"] == "definition"]
    assert (definition["holds"], definition["articles"]) == ("everywhere", 1)
    [piece] = definition["evidence"]
    assert (piece["article_id"], piece["alias"], piece["whole"]) == (article_id, "WFP", "World Food Programme")
    with session() as db:
        text = db.scalars(select(Article.text)).one() or ""
    assert text[piece["start"] : piece["end"]] == "World Food Programme (WFP)"


def test_by_a_merged_id_one_gets_the_thing_it_was_merged_into_and_is_told_so(desk: Path) -> None:
    tell(WFP)
    view = _view("wfp")
    assert view["id"] != view["asked"]
    assert view == _view("world food programme") | {"asked": view["asked"]}
    with session() as db:
        assert entity_view(db, 99) is None


def test_a_name_learned_in_one_article_is_the_same_thing_in_another_that_only_has_the_short_one(desk: Path) -> None:
    tell(WFP)
    other = tell("The {ORG W.F.P.} has {ORG WFP} bags.")
    assert _things(other) == {"World Food Programme": 2}
    assert [article["id"] for article in _view("world food programme")["newest"]] == [2, 1]


def test_a_name_of_two_things_is_in_each_article_what_that_says_and_elsewhere_neither(desk: Path) -> None:
    medical, riders, other = tell(MEDICAL), tell(RIDERS), tell("The {ORG AMA} met.")
    assert _things(medical) == {"American Medical Association": 3}
    assert _things(riders) == {"American Motorcyclist Association": 3}
    assert _things(other) == {"AMA": 1}
    for name, article_id in (("american medical association", medical), ("ama", other)):
        view = _view(name)
        assert [article["id"] for article in view["newest"]] == [article_id]
    assert _view("american medical association")["timeline"]["bars"][0]["mentions"] == 3
    assert {merge["holds"] for merge in _view("ama")["other_merges"]} == {"there", "nowhere"}


def test_a_mark_keeps_a_name_of_two_things_apart_even_in_the_article_that_defines_it(desk: Path) -> None:
    medical = tell(MEDICAL)
    tell(RIDERS)
    with transaction() as db:
        mark_distinct(db, _view("ama")["id"], _view("american medical association")["id"])
    assert _things(medical) == {"American Medical Association": 1, "AMA": 2}
    assert [thing["name"] for thing in _view("ama")["not_the_same"]] == ["American Medical Association"]
    assert [article["id"] for article in _view("ama")["newest"]] == [medical]


def test_an_undone_merge_is_shown_with_its_reason(desk: Path) -> None:
    tell(WFP)
    with session() as db:
        merge_id = db.scalars(select(Merge.id).where(Merge.rule == "definition")).one()
    with transaction() as db:
        undo(db, merge_id, "another programme")
    [merge] = [merge for merge in _view("wfp")["other_merges"] if merge["undone_at"]]
    assert (merge["id"], merge["undone_why"], merge["holds"]) == (merge_id, "another programme", "nowhere")
    assert _view("wfp")["name"] == "WFP"


@pytest.mark.parametrize("name", ["WFP", "wfp", "the W.F.P.", "World Food Programme", " world  food programme "])
def test_a_thing_is_found_by_any_of_its_names(desk: Path, name: str) -> None:
    tell(WFP)
    with session() as db:
        assert [thing["name"] for thing in entities_named(db, name)] == ["World Food Programme"]
        assert entities_named(db, name + "x") == []


def test_a_timeline_has_days_and_after_two_months_weeks(desk: Path) -> None:
    for days in (0, 0, 3):
        tell("{LOC Rome} and {LOC Rome}.", published_at=DAY + timedelta(days=days))
    timeline = _view("rome", "LOC")["timeline"]
    assert timeline["unit"] == "day"
    assert [(str(bar["start"]), bar["articles"], bar["mentions"]) for bar in timeline["bars"]] == [
        ("2026-03-02", 2, 4),
        ("2026-03-05", 1, 2),
    ]
    tell("{LOC Rome}", published_at=DAY + timedelta(days=90))
    timeline = _view("rome", "LOC")["timeline"]
    assert timeline["unit"] == "week"
    assert [bar["mentions"] for bar in timeline["bars"]] == [6, 1]


def test_what_goes_together_is_weighed_by_how_rare_it_is(desk: Path) -> None:
    for _ in range(3):
        tell("{LOC Rome} has {ORG Vox} and {LOC Italy}.")
    tell("{LOC Rome} once met {PER Ann Lee}.")
    for _ in range(9):
        tell("{LOC Italy} and {ORG Vox Inc} are here.")
    found = _view("rome", "LOC")["together"]
    assert [(thing["name"], thing["articles"]) for thing in found] == [("Vox", 3), ("Italy", 3)]
    assert found[0]["weight"] > found[1]["weight"]


def test_what_goes_together_is_a_thing_by_whatever_name(desk: Path) -> None:
    tell(WFP)
    tell("{LOC Rome} has the {ORG WFP}.")
    assert [thing["name"] for thing in _view("rome", "LOC")["together"]] == ["World Food Programme"]


def test_shared_names_of_two_articles_are_shared_things(desk: Path) -> None:
    one, other = tell(WFP), tell("The {ORG WFP} went.")
    with session() as db:
        assert _shared_names(db, one, [other]) == {other: ["World Food Programme"]}


def test_of_a_thing_in_very_many_articles_the_newest_are_read_and_one_is_told_so(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entity_places, "MOST_ARTICLES", 50)
    tell("{LOC Rome}")
    with session() as db:
        db.execute(insert(Article), [{"key": str(n)} for n in range(60)])
        everywhere = select(Article.id, func.generate_series(1, 2), 1, 0.5, 9).where(Article.id > 1)
        columns = ["article_id", "start", "score", "end", "entity_id"]
        rome = db.scalars(select(Entity.id)).one()
        db.execute(
            insert(Mention).from_select(
                columns, everywhere.with_only_columns(Article.id, func.generate_series(1, 2), 0.5, 9, rome)
            )
        )
    timeline = _view("rome", "LOC")["timeline"]
    assert (timeline["articles"], timeline["complete"]) == (50, False)
    assert sum(bar["mentions"] for bar in timeline["bars"]) == 100
