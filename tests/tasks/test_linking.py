"""Links and stories in the real database: whatever the order, however often, and by several workers at once."""

import random
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from linking import EVENTS, NOW, add, arriving, days, event_text, everything, link_all, links, told
from sqlalchemy import event, text
from waiting import wait_until

from models.session import engine, transaction
from tasks.likeness import Arriving, link, save_features
from tasks.placing import place
from tasks.related import related

P = "Zorblat Quindle vexed Marnip when quorvex fell near Haldrin."
Q = "Trelm Ostrak built Venlo while snorfel came into Pexit."
R = "Wexil Dontra sang Grumlin because plavik rose around Estorn."


def _articles(per_event: int) -> list[tuple[str, str]]:
    return [(f"{e}-{n}", event_text(e, n)) for e in range(len(EVENTS)) for n in range(per_event)]


def test_the_order_of_arrival_changes_neither_links_nor_stories(desk: Path, setting: Callable[..., None]) -> None:
    setting(neighbours=4)
    found = []
    for seed, together in ((1, 1), (2, 1), (3, 5)):
        with transaction() as db:
            db.execute(text("truncate articles, stories, story_events cascade"))
        articles = _articles(6)
        random.Random(seed).shuffle(articles)
        link_all([add(key, body, published=NOW + days(len(key))) for key, body in articles], together)
        found.append((links(), told()))
    assert found[0] == found[1] == found[2]
    assert len(found[0][1]) == len(EVENTS)
    assert len(found[0][0]) == 6 * len(EVENTS) * 4  # full lists, or the test shows little


def test_of_equally_good_links_the_same_are_kept_whatever_the_order(desk: Path, setting: Callable[..., None]) -> None:
    setting(neighbours=2)
    found = []
    for order in ("abcde", "ecadb"):
        with transaction() as db:
            db.execute(text("truncate articles, stories, story_events cascade"))
        link_all([add(key, event_text(0, 0)) for key in order])
        found.append(links())
    assert found[0] == found[1]


def test_doing_it_again_changes_nothing(desk: Path) -> None:
    articles = [add(key, body) for key, body in _articles(4)]
    link_all(articles)
    before = everything()
    for together in (1, 8):
        random.Random(together).shuffle(articles)
        link_all(articles, together)
        assert everything() == before


def test_each_link_says_why_and_both_sides_say_the_same(desk: Path) -> None:
    one, other = (
        add("1", event_text(2, 0), title="Dockers Walk Out"),
        add("2", event_text(2, 1), published=NOW + days(0.25)),
    )
    link_all([one, other])
    with transaction() as db:
        (mine,), (theirs,) = related(db, one.article_id), related(db, other.article_id)
    assert (mine["article_id"], theirs["article_id"]) == (other.article_id, one.article_id)
    back = {"share": theirs["why"]["shared_back"], "shared_back": theirs["why"]["share"]}
    assert mine["why"] == theirs["why"] | back and theirs["title"] == "Dockers Walk Out"
    assert 0.5 < mine["why"]["share"] < 1  # the same sentences, turned, and a last one of its own
    assert mine["why"]["sentence"].endswith("% of one text is in the other")
    assert {"Katrin Voss", "Verdi"} < set(mine["why"]["shared_names"])
    assert "6 hours apart" in mine["why"]["sentence"] and mine["why"]["rule"].startswith("likeness")


def test_a_list_keeps_the_best(desk: Path, setting: Callable[..., None]) -> None:
    setting(neighbours=2)
    link_all([add(key, body) for key, body in _articles(5)])
    with transaction() as db:
        sizes = db.scalars(text("select count(*) from neighbours group by article_id")).all()
    assert set(sizes) == {2}
    setting(neighbours=20)
    with transaction() as db:
        db.execute(text("truncate neighbours"))
    with transaction() as db:
        link(db, [arriving(1, "", event_text(0, 0))])
        assert {i for (i,) in db.execute(text("select neighbour_id from neighbours where article_id = 1"))} == {
            2,
            3,
            4,
            5,
        }


def test_articles_beyond_the_horizon_are_not_looked_at(desk: Path, setting: Callable[..., None]) -> None:
    setting(horizon_days=10)
    link_all([add("old", event_text(0, 0), published=NOW - days(11)), add("new", event_text(0, 1))])
    assert links() == set() and len(told()) == 2
    link_all([add("between", event_text(0, 2), published=NOW - days(5))])
    assert len(links()) == 4


def test_an_article_whose_text_changes_leaves_its_links_and_its_story(desk: Path) -> None:
    one, other, third = (add(str(n), event_text(0, n)) for n in range(3))
    link_all([one, other, third])
    assert told() == {frozenset("012")}
    link_all([arriving(third.article_id, "", event_text(1, 0))])
    assert told() == {frozenset("01"), frozenset("2")}
    assert {row[:2] for row in links()} == {("0", "1"), ("1", "0")}


def test_articles_of_one_moment_find_each_other_whoever_links_them(desk: Path) -> None:
    """Workers at a barrier, each with articles of every event, all touching the same stories and lists."""
    rounds, workers = 6, 4
    for turn in range(rounds):
        shares = [[add(f"{turn}-{e}-{w}", event_text(e, turn * workers + w)) for e in range(2)] for w in range(workers)]
        for share in shares[::2]:
            share.reverse()
        _at_once([partial(link_all, share, together=1 + turn % 2) for share in shares])
        assert len(told()) == 2
    with transaction() as db:
        members = db.scalar(text("select count(*) from story_members"))
        longest = db.scalar(text("select max(n) from (select count(*) n from neighbours group by article_id) x"))
    assert members == rounds * workers * 2
    assert longest == 8


def test_an_article_waits_for_one_like_it_that_is_being_placed(desk: Path, setting: Callable[..., None]) -> None:
    setting(min_score=1)  # or it would wait for the link, too
    one, other = add("1", event_text(0, 0)), add("2", event_text(0, 1))
    _meanwhile([one], [other])
    assert told() == {frozenset("12")}


def test_two_articles_that_touch_one_story_in_different_places_are_placed_in_turn(desk: Path) -> None:
    link_all([add("a", f"{P} {Q}"), add("b", f"{Q} {R}")])
    assert told() == {frozenset("ab")}
    _meanwhile([add("p", P)], [add("r", R)])
    assert told() == {frozenset("ap"), frozenset("br")}  # and each knows its size


def _meanwhile(first: list[Arriving], second: list[Arriving]) -> None:
    """Place `second` in another thread while `first` is placed and not yet committed."""
    with transaction() as db:
        save_features(db, [*first, *second])
    other = threading.Thread(target=link_all, args=(second,))
    with transaction() as db:
        place(db, link(db, first))
        other.start()
        wait_until(lambda: not other.is_alive() or _someone_waits(), "the second one waits, or is through")
    other.join(20)
    assert not other.is_alive()


def _someone_waits() -> bool:
    with transaction() as db:
        return bool(db.scalar(text("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")))


def _at_once(work: list[Callable[[], None]]) -> None:
    together, wrong = threading.Barrier(len(work)), list[BaseException]()

    def run(do: Callable[[], None]) -> None:
        together.wait(10)
        try:
            do()
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(do,)) for do in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_number_of_statements_does_not_depend_on_the_archive(desk: Path) -> None:
    def statements(one: Arriving) -> int:
        count = 0

        def seen(*_: object) -> None:
            nonlocal count
            count += 1

        event.listen(engine(), "before_cursor_execute", seen)
        link_all([one])
        event.remove(engine(), "before_cursor_execute", seen)
        return count

    link_all([add(key, body) for key, body in _articles(3)])
    few = statements(add("few", event_text(0, 3)))
    link_all([add(f"more {key}", body) for key, body in _articles(12)])
    assert statements(add("many", event_text(0, 4))) <= few <= 24


_MANY = (
    "insert into articles (key) select 'x' || i from generate_series(1, 4000) i",
    "insert into features (article_id, lineage, hashes, weights, names, numbers, shown, vector, at) "
    "select id, 'drawn', '\\x01010101', '\\x01', '\\x00', '\\x00', '{}', decode(repeat('01', 384), 'hex'), "
    "timestamp '2026-03-01' from articles where key like 'x%'",
    "insert into vectors (article_id, lineage, at, vector) select id, 'drawn', timestamp '2026-03-01', "
    "(select array_agg(sin(id * 7 + j * j)) from generate_series(1, 384) j)::real[]::halfvec "
    "from articles where key like 'x%'",
    "insert into terms (article_id, key, weight, at) select id, k, 9, timestamp '2026-03-01' from articles "
    "cross join generate_series(1, 12) k where articles.key like 'x%'",
)


@pytest.mark.parametrize("index", ["ix_terms_key_at", "ix_vectors_vector_384"])
def test_candidates_are_found_by_index(desk: Path, index: str) -> None:
    link_all([add(key, body) for key, body in _articles(2)], together=8)
    with transaction() as db:
        for statement in _MANY:
            db.execute(text(statement))
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("analyze vectors, features, terms"))
    plans: list[str] = []

    def explain(_: object, cursor: object, statement: str, parameters: object, *rest: object) -> None:
        if "with mine as materialized" in statement and not statement.startswith("EXPLAIN"):
            cursor.execute("EXPLAIN " + statement, parameters)  # type: ignore[attr-defined]
            plans.append("\n".join(row[0] for row in cursor.fetchall()))  # type: ignore[attr-defined]

    event.listen(engine(), "before_cursor_execute", explain)
    with transaction() as db:
        link(db, [arriving(1, "", event_text(0, 0))])
    event.remove(engine(), "before_cursor_execute", explain)
    assert plans and all(index in plan for plan in plans), plans[0]


def test_features_that_no_one_has_changed_are_not_written_again(desk: Path) -> None:
    one = add("1", event_text(0, 0))
    with transaction() as db:
        assert save_features(db, [one]) == {one.article_id}
    with transaction() as db:
        assert save_features(db, [one]) == set()
        assert place(db, []) is None and told() == set()


def test_of_long_texts_the_beginnings_are_compared(desk: Path) -> None:
    long = f"{event_text(0, 0)} " * 100
    ends = (long + " ".join(event_text(event, 1) for event in events) for events in ((1, 2), (3,)))
    one, other = (add(str(n), body) for n, body in enumerate(ends))
    link_all([one, other])
    with transaction() as db:
        [link_] = related(db, one.article_id)
    assert (link_["why"]["share"], link_["why"]["shared_back"]) == (1.0, 1.0)
