"""Search by words, by meaning and by both, with the real embedder and no worker."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, text

from models.article import MOST_SEARCHED, Article
from models.neighbour import Vector
from models.session import transaction
from tasks import meaning as by_meaning
from tasks import words
from tasks.errors import Unusable
from tasks.listing import Filters
from tasks.meaning import meaning
from tasks.search import K, fused, search
from tasks.snippets import MOST_READ, WORDS, marked

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
STRIKE = "Dock workers in Hamburg walked out over night shifts at the terminal."
VIRUS = "A vaccine against the new influenza strain protects most people, doctors said."
UNIONS = "trade union industrial action at the port"
GOALS = "The midfielder scored twice as the home side won the cup final."


def _store(title: str, body: str, **facts: Any) -> int:
    """An article as the desk has it once its neighbours are linked."""
    vector = meaning(f"{title}\n{body}")
    with transaction() as db:
        article_id = db.execute(
            insert(Article)
            .values(key=title + body, title=title, text=body, published_at=DAY, **facts)
            .returning(Article.id)
        ).scalar_one()
        row = {"article_id": article_id, "lineage": vector.lineage, "vector": list(vector.vector), "at": DAY}
        db.execute(insert(Vector).values(row))
    return article_id


@pytest.fixture
def stored(desk: Path) -> dict[str, int]:
    return {
        "strike": _store("Harbour at a standstill", STRIKE, source="Post"),
        "virus": _store("Good news from the laboratory", VIRUS, source="Post"),
        "goals": _store("Two goals decide it", GOALS, source="Times"),
    }


def _found(query: str, how: Any = "both", filters: Filters = Filters(), limit: int = 20) -> list[int]:
    with transaction() as db:
        return [article["id"] for article in search(db, query, how, filters, limit)]


def test_words_are_found_in_whatever_form_and_a_title_counts_more(stored: dict[str, int]) -> None:
    in_title = _store("Worker", "Nothing else is said about it at all.")
    assert _found("workers'", "words") == [in_title, stored["strike"]]


def test_a_query_has_phrases_alternatives_and_exclusions(stored: dict[str, int]) -> None:
    assert _found('"night shifts"', "words") == [stored["strike"]]
    assert _found('"shifts night"', "words") == []
    assert set(_found("vaccine or midfielder", "words")) == {stored["virus"], stored["goals"]}
    assert _found("doctors -vaccine", "words") == []
    assert _found("the", "words") == []


def test_meaning_finds_what_has_none_of_the_words(stored: dict[str, int]) -> None:
    assert _found(UNIONS, "words") == []
    assert _found(UNIONS, "meaning")[0] == stored["strike"]
    assert _found("football", "meaning")[0] == stored["goals"]


def test_what_means_nothing_near_is_not_found(stored: dict[str, int]) -> None:
    assert _found("recipe for pancakes with blueberries", "meaning") == []


def test_both_ways_together_put_first_what_both_find(stored: dict[str, int]) -> None:
    with transaction() as db:
        best, *_ = search(db, "vaccine")
    assert best["id"] == stored["virus"]
    assert best["ranks"] == {"words": 1, "meaning": 1}
    assert best["score"] == pytest.approx(2 / (K + 1), abs=1e-6)


@pytest.mark.parametrize("how", ["both", "words", "meaning"])
def test_filters_hold_for_every_way(stored: dict[str, int], how: Any) -> None:
    assert stored["virus"] in _found("vaccine", how, Filters(source="Post"))
    assert stored["virus"] not in _found("vaccine", how, Filters(source="Times"))
    assert stored["virus"] not in _found("vaccine", how, Filters(until=DAY))


def test_many_articles_left_by_a_filter_are_searched_through_the_graph(
    stored: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = _found("vaccine", "meaning", Filters(source="Post"))
    monkeypatch.setattr(by_meaning, "MOST_EXACT", 1)
    assert _found("vaccine", "meaning", Filters(source="Post")) == exact


def test_vectors_of_another_embedder_are_not_compared(stored: dict[str, int]) -> None:
    with transaction() as db:
        db.execute(Vector.__table__.update().values(lineage="another"))
    assert _found("vaccine", "meaning") == []


def test_of_a_common_word_the_newest_articles_are_found(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [_store(f"Budget {n}", "The budget was passed.", source=f"Paper {n % 2}") for n in range(9)]
    monkeypatch.setattr(words, "MOST_FOUND", 3)
    monkeypatch.setattr(words, "MOST_RANKED", 4)
    assert sorted(_found("budget", "words")) == ids[-4:]
    assert sorted(_found("budget", "words", Filters(source="Paper 0"))) == ids[2::2]


def test_a_search_that_takes_too_long_says_what_to_do(stored: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.search.by_words", lambda db, *_: db.execute(text("select pg_sleep(60)")))
    monkeypatch.setattr("tasks.search._BOUND", text("select set_config('statement_timeout', '20ms', true)"))
    with pytest.raises(Unusable, match="longer than"):
        _found("vaccine", "words")


def test_a_snippet_is_plain_text_with_the_places_of_the_words(stored: dict[str, int]) -> None:
    body = "It rained. " * 300 + "Then Hamburg\nsaw the Hamburgers & others dance. " + "It snowed. " * 300
    article_id = _store("Weather", body)
    with transaction() as db:
        [found] = [a for a in search(db, "dance", "words") if a["id"] == article_id]
    snippet = found["snippet"]
    assert "Then Hamburg saw the Hamburgers & others dance" in snippet["text"]
    assert len(snippet["text"].split()) <= WORDS + 1
    assert [snippet["text"][start:end] for start, end in snippet["matches"]] == ["dance"]


def test_an_article_found_by_meaning_shows_its_beginning(stored: dict[str, int]) -> None:
    with transaction() as db:
        best, *_ = search(db, UNIONS, "meaning")
    assert best["id"] == stored["strike"]
    assert STRIKE.startswith(best["snippet"]["text"])
    assert best["snippet"]["matches"] == []


def test_words_beyond_what_a_snippet_reads_are_found_all_the_same(desk: Path) -> None:
    article_id = _store("Long", "padding " * (MOST_READ // 8) + "needle")
    assert _found("needle", "words") == [article_id]


WORD = st.text(st.characters(exclude_characters="\x02\x03", exclude_categories=("Z", "C")), min_size=1)


@given(st.lists(st.tuples(st.booleans(), WORD), max_size=8))
def test_marks_are_taken_out_and_told(pieces: list[tuple[bool, str]]) -> None:
    found = marked(" ".join(f"\x02{word}\x03" if match else word for match, word in pieces))
    assert found["text"] == " ".join(word for _, word in pieces)
    assert [found["text"][a:b] for a, b in found["matches"]] == [word for match, word in pieces if match]


@given(st.lists(st.lists(st.integers(1, 20), unique=True), min_size=1, max_size=3))
def test_an_article_that_every_way_has_no_later_is_not_later_fused(ways: list[list[int]]) -> None:
    places = {str(n): [(i, 0.0) for i in ids] for n, ids in enumerate(ways)}
    order = [i for i, _ in fused(places)]
    assert sorted(order) == sorted({i for ids in ways for i in ids})
    for one in order:
        for other in order:
            if one != other and all(one in w and (other not in w or w.index(one) < w.index(other)) for w in ways):
                assert order.index(one) < order.index(other)


@pytest.mark.parametrize(
    "body",
    [
        "".join(chr(0x20000 + n) + " " for n in range(MOST_SEARCHED)),
        " ".join(f"{n:x}-{n:x}-{n:x}" for n in range(MOST_SEARCHED // 8)),
        " ".join(f"a.{n:x}.com/{n:x}" for n in range(MOST_SEARCHED // 8)),
        " ".join(chr(0x20000 + n) + chr(0x20000 + n // 2) for n in range(MOST_SEARCHED // 3)),
        "x" * MOST_SEARCHED * 2,
    ],
    ids=["letters", "hyphens", "addresses", "short words", "one word"],
)
def test_no_text_is_too_long_to_be_stored(desk: Path, body: str) -> None:
    with transaction() as db:
        db.execute(insert(Article).values(key="long", text=body))
        assert db.scalar(select(Article.text)) == body
