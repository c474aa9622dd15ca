"""The three results, on the real engines and the real database."""

import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from models.article import Article, Version
from models.entity import Entity, Mention
from models.features import Features
from models.neighbour import Neighbour
from models.session import session
from models.stage import Lane, Stage, StageRow, State
from nlp.formats import Document
from nlp.mentions import Thing
from nlp.spans import Mention as Found
from tasks import entities, neighbours
from tasks.claims import Claim
from tasks.entities import Tagged, tag_entities
from tasks.ingest import ingest
from tasks.neighbours import link_neighbours
from tasks.queue import enqueue
from tasks.reading import article_view
from tasks.receive import receive
from tasks.stages import Result
from tasks.summarize import summarize

MARATHON = (
    "Grace Wanjiru won the Nairobi marathon on Sunday in a time of two hours and nineteen minutes. "
    "About 12,000 runners crossed the start line in Uhuru Park before the sun had risen over the city. "
    "The winner, a nurse from Eldoret, said that the last hill had hurt more than all her training. "
    "Second place went to Alice Moraa, who led until the bridge and then lost a shoe in the crowd. "
    "The organisers said that the streets would be open again by the afternoon."
)


def _view(article_id: int) -> dict[str, Any]:
    with session() as db:
        view = article_view(db, article_id)
    assert view is not None
    return view


def _rows() -> list[Any]:
    """All results, without times."""
    with session() as db:
        tables = (Mention.article_id, Mention.start, Mention.entity_id), (Neighbour.article_id, Neighbour.neighbour_id)
        return [sorted(map(tuple, db.execute(select(*columns)))) for columns in tables] + [
            [v["summary"]["sentences"] for v in map(_view, db.scalars(select(Article.id).order_by(Article.id)))]
        ]


def test_every_sentence_of_a_summary_is_in_the_text_at_its_place(put: Callable[..., int]) -> None:
    view = _view(put())
    assert view["state"] == "done"
    assert view["summary"]["sentences"]
    for sentence in view["summary"]["sentences"]:
        assert view["text"][sentence["start"] : sentence["end"]] == sentence["text"]


def test_every_mention_is_in_the_text_at_its_place(put: Callable[..., int]) -> None:
    view = _view(put())
    names = {(e["type"], view["text"][m["start"] : m["end"]]) for e in view["entities"] for m in e["mentions"]}
    assert {("LOC", "Hamburg"), ("PER", "Katrin Voss")} <= names


def test_one_thing_in_two_articles_is_one_entity(put: Callable[..., int]) -> None:
    put()
    put("Hamburg Counts Its Ships", "Nobody in Hamburg expects ships. " + MARATHON)
    with session() as db:
        found = db.execute(
            select(Entity.name, func.count(Mention.article_id.distinct())).join(Mention).group_by(Entity.id)
        )
        assert dict(found.all())["Hamburg"] == 2  # type: ignore[arg-type]


def test_articles_of_one_event_are_linked_both_ways_and_say_why(put: Callable[..., int], document: Any) -> None:
    first = put()
    second = put("Hamburg Dock Strike Begins", published=datetime(2026, 3, 2, 14, tzinfo=UTC), source="Harbour Post")
    other = put("Wanjiru Wins in Nairobi", MARATHON)
    related = {
        i: [link for link in _view(i)["neighbours"] if link["kind"] == "related"] for i in (first, second, other)
    }
    assert [link["article_id"] for link in related[first]] == [second]
    assert [link["article_id"] for link in related[second]] == [first]
    assert related[other] == []
    why = related[first][0]["why"]
    assert why["hours_apart"] == 5.0
    assert why["cosine"] > 0.9
    assert "Hamburg" in why["shared_entities"]
    assert "alike" in why["sentence"] and "5 hours apart" in why["sentence"]


def test_doing_every_stage_again_changes_nothing(put: Callable[..., int]) -> None:
    first = put()
    put("Hamburg Dock Strike Begins", source="Harbour Post")
    before = _rows()
    receive([Document("text", _view(first)["text"], title="Dockers Walk Out in Hamburg", source="Northern Ledger")])
    with session() as db:
        for row in db.scalars(select(StageRow)):
            row.state = State.QUEUED
    for article_id in (1, 2):
        for task in (ingest, link_neighbours, tag_entities, summarize):
            task(article_id)
    assert _rows() == before


def test_two_articles_linked_at_the_same_instant_find_each_other(desk: Path, document: Callable[..., Document]) -> None:
    for round_ in range(15):
        pair = [document(f"Strike, round {round_}, {paper}", source=paper) for paper in ("Ledger", "Post")]
        ids = [r.article_id for r in receive(pair)]
        for article_id in ids:
            ingest(article_id)
        barrier = threading.Barrier(2)

        def together(article_id: int, barrier: threading.Barrier = barrier) -> None:
            barrier.wait(10)
            link_neighbours(article_id)

        threads = [threading.Thread(target=together, args=(i,)) for i in ids]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with session() as db:
            found = set(map(tuple, db.execute(select(Neighbour.article_id, Neighbour.neighbour_id))))
            assert {(ids[0], ids[1]), (ids[1], ids[0])} <= found, f"round {round_}"
            db.query(Article).delete()


def test_a_changed_article_keeps_its_old_text_and_loses_links_that_rest_on_it(put: Callable[..., int]) -> None:
    address = "https://ledger.example/story"
    first = put(url=address)
    other = put("Hamburg Dock Strike Begins", source="Harbour Post")
    assert put("Wanjiru Wins in Nairobi", MARATHON, url=address) == first
    view = _view(first)
    assert (view["version"], view["summary"]["version"]) == (2, 2)
    assert not [link for link in view["neighbours"] + _view(other)["neighbours"] if link["kind"] == "related"]
    with session() as db:
        old = db.scalars(select(Version)).one()
    assert (old.version, old.title) == (1, "Dockers Walk Out in Hamburg")


def test_a_try_that_was_overtaken_leaves_newer_vectors_and_links_alone(
    put: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker stalls before it saves its vector, while the article's next version is done by others."""
    address = "https://ledger.example/story"
    article_id = put("Wanjiru Wins in Nairobi", MARATHON, url=address)
    other = put("Hamburg Dock Strike Begins", source="Harbour Post")
    with session() as db:
        enqueue(db, [article_id], [Stage.NEIGHBOURS], Lane.LIVE)
    save = neighbours._show

    def stalled(*arguments: Any) -> Any:
        monkeypatch.setattr(neighbours, "_show", save)
        put(url=address)
        return save(*arguments)

    monkeypatch.setattr(neighbours, "_show", stalled)
    link_neighbours(article_id)
    related = [link["article_id"] for link in _view(article_id)["neighbours"] if link["kind"] == "related"]
    assert related == [other]


def test_entities_of_an_older_text_are_not_shown_with_a_newer_one(put: Callable[..., int]) -> None:
    address = "https://ledger.example/story"
    article_id = put(url=address)
    receive([Document("text", MARATHON, title="Wanjiru Wins in Nairobi", url=address)])
    ingest(article_id)
    view = _view(article_id)
    assert (view["version"], view["stages"][0]["version"], view["entities"]) == (2, 2, [])
    assert view["summary"]["version"] == 1  # it carries its own words


def test_an_article_with_more_names_than_a_statement_has_parameters_is_written(put: Callable[..., int]) -> None:
    article_id = put()
    places = range(0, 140_000, 4)
    things = [Thing("PER", f"olsen {n}", f"Olsen {n}", (Found(n, n + 3, "PER", 0.9),)) for n in places]
    with session() as db:
        claim = Claim(article_id, Stage.ENTITIES, number=2, attempt=1, version=1, lane=Lane.LIVE)
        entities._write(db.connection(), [Result(claim, "test", Tagged(things, []))])
    assert len(_view(article_id)["entities"]) == len(things)


def test_a_page_whose_head_holds_endless_names_is_done_all_the_same(put: Callable[..., int]) -> None:
    noise = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=6000))
    link = f'<link rel="next" href="https://a.example/{noise}">'
    head = f'<title>Strike</title>{link}<meta property="og:site_name" content="{noise}">'
    page = f"<html><head>{head}</head><body><article><h1>Strike</h1><p>{MARATHON}</p></article></body></html>"
    article_id = receive([Document("html", page)])[0].article_id
    for task in (ingest, summarize, tag_entities, link_neighbours):
        task(article_id)
    assert _view(article_id)["state"] == "done"


def test_only_articles_of_one_lineage_are_compared(put: Callable[..., int]) -> None:
    put()
    with session() as db:
        for features in db.scalars(select(Features)):
            features.lineage = "another embedder"
    second = put("Hamburg Dock Strike Begins", source="Harbour Post")
    assert not [link for link in _view(second)["neighbours"] if link["kind"] == "related"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("A short note about nothing much.", "at least 40"),
        (
            "Die Hafenarbeiter in Hamburg haben am Montag die Arbeit niedergelegt. Die Gewerkschaft spricht von "
            "tausend Mitgliedern, die sich dem Streik angeschlossen haben. Der Betreiber des Terminals sagte, dass "
            "elf Schiffe in der Deutschen Bucht warten und dass die Gespräche am Donnerstag im Rathaus beginnen. "
            "Niemand erwartet ein schnelles Ende.",
            "German",
        ),
    ],
)
def test_what_is_no_article_for_this_desk_is_skipped_with_its_reason(
    put: Callable[..., int], body: str, reason: str
) -> None:
    view = _view(put("Note", body))
    assert view["state"] == "skipped"
    assert reason in view["stages"][0]["reason"]
    assert view["summary"] is None and view["entities"] == []


def test_results_know_which_engine_made_them(put: Callable[..., int], stage: Callable[..., StageRow]) -> None:
    article_id = put()
    lineages = {name: stage(article_id, name).lineage or "" for name in Stage}
    assert all("@" in lineage for lineage in lineages.values())
    assert len(set(lineages.values())) == 4


def test_previous_and_next_follow_time_within_the_source_whatever_comes_first(put: Callable[..., int]) -> None:
    day = datetime(2026, 5, 1, tzinfo=UTC)
    third = put("The Third", published=day + timedelta(days=3))
    first = put("The First", published=day + timedelta(days=1))
    put("Elsewhere", published=day + timedelta(days=2), source="Harbour Post")
    assert _beside(first) == {"next": third}
    second = put("The Second", published=day + timedelta(days=2))
    assert _beside(first) == {"next": second}
    assert _beside(second) == {"previous": first, "next": third}
    assert _beside(third) == {"previous": second}


def test_articles_of_equal_time_are_ordered_by_arrival_and_undated_ones_have_no_place(put: Callable[..., int]) -> None:
    one, two, undated = put("One"), put("Two"), put("Undated", published=None)
    assert _beside(one) == {"next": two}
    assert _beside(two) == {"previous": one}
    assert _beside(undated) == {}


def test_a_declared_neighbour_becomes_a_link_whichever_comes_first(put: Callable[..., int]) -> None:
    page = "Dockers Walk Out\n\n" + "\n\n".join(MARATHON.split(". ")) + "\n\nNext Article\n\nWanjiru Wins in Nairobi"
    early = put("Wanjiru Wins in Nairobi", MARATHON, published=None)
    page_id = put("Dockers Walk Out", page, published=None)
    assert _beside(page_id) == {"next": early}
    assert _beside(early) == {"previous": page_id}
    waiting = put("Another Page", page.replace("Wanjiru Wins in Nairobi", "Not Here Yet"), published=None)
    link = next(link for link in _view(waiting)["neighbours"] if link["kind"] == "next")
    assert (link["article_id"], link["title"]) == (None, "Not Here Yet")
    late = put("Not Here  Yet", published=None)
    assert _beside(waiting) == {"next": late}


def test_a_title_declared_by_another_source_is_not_taken_for_ours(put: Callable[..., int]) -> None:
    page = "Dockers Walk Out\n\n" + MARATHON + "\n\nNext Article\n\nMorning Briefing"
    page_id = put("Dockers Walk Out", page, published=None)
    put("Morning Briefing", source="Harbour Post", published=None)
    assert _beside(page_id) == {"next": None}


def _beside(article_id: int) -> dict[str, int | None]:
    return {link["kind"]: link["article_id"] for link in _view(article_id)["neighbours"] if link["kind"] != "related"}
