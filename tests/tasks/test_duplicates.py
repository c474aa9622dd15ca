"""Groups of duplicates in the real database, whatever arrives first, at once, or again."""

import threading
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, event, func, insert, select, text, update
from stories import DAY, arrive, change, cut, groups, link, put, story
from waiting import wait_until

from models.article import Article
from models.duplicate import Band, Duplicate
from models.session import engine, transaction
from nlp.fingerprints import text_hash
from nlp.passages import read
from tasks import bands
from tasks.bands import save_bands
from tasks.copies import duplicates_of
from tasks.duplicates import find_duplicates, link_duplicates, unite


def rows() -> list[tuple[object, ...]]:
    with transaction() as db:
        found = [db.execute(select(*table.__table__.columns)).all() for table in (Band, Duplicate)]
    return sorted(tuple(map(str, row)) for table in found for row in table)


@pytest.fixture
def copies(desk: Path) -> list[int]:
    """A story, the same with a byline, and with its end cut."""
    whole = story(1)
    return [put("wire", whole), put("ledger", "By our staff. " + whole), put("post", cut(whole, 0, 9))]


def test_the_same_story_is_one_group_and_another_stays_out(copies: list[int]) -> None:
    put("elsewhere", story(2))
    assert groups() == {frozenset(("wire", "ledger", "post"))}
    with transaction() as db:
        assert set(db.scalars(select(Duplicate.group_id))) == {copies[0]}


def test_doing_it_again_changes_nothing(copies: list[int]) -> None:
    before = rows()
    for article_id in reversed(copies):
        with transaction() as db:
            body = db.scalar(select(Article.text).where(Article.id == article_id))
            save_bands(db, {article_id: read(body or "")})
        link(article_id)
    assert rows() == before


def _variants(seed: int) -> list[tuple[str, str]]:
    whole, other = story(seed, 16), story(seed + 1)
    numbers = "Harrison got 154 engines. " + whole
    return [
        ("whole", whole),
        ("byline", "By our own staff in the harbour. " + whole),
        ("front", cut(whole, 0, 9)),
        ("back", cut(whole, 7, 16)),
        ("shorter", cut(whole, 0, 4)),
        ("template", numbers),
        ("filled", numbers.replace("Harrison", "Sugarcreek").replace("154", "917")),
        ("other", other),
        ("again", other.upper()),
    ]


@given(st.integers(0, 50), st.permutations(range(9)), st.permutations(range(9)))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_arrival_changes_neither_groups_nor_what_is_said_of_them(
    desk: Path, seed: int, one: list[int], other: list[int]
) -> None:
    arrived = []
    for order in (one, other):
        with transaction() as db:
            db.execute(delete(Article))
        ids = {key: put(key, body) for key, body in (_variants(100 * seed)[place] for place in order)}
        with transaction() as db:
            arrived.append((groups(), {key: _said(db, article_id) for key, article_id in sorted(ids.items())}))
    assert arrived[0] == arrived[1]
    assert frozenset(("other", "again")) in arrived[0][0]


def _said(db: Connection, article_id: int) -> object:
    found = duplicates_of(db, article_id)
    if found is None:
        return None
    evidence = [(copy.title, copy.source, copy.share, copy.only_here, copy.sentence) for copy in found.copies]
    return evidence, found.articles, found.sources, found.independent_sources, found.sentence


def test_duplicates_that_are_linked_at_the_same_instant_are_one_group(desk: Path) -> None:
    for round_ in range(10):
        bodies = [f"By writer {n} of round {round_}. " + story(round_) for n in range(4)]
        ids = [arrive(f"{round_} {n}", body) for n, body in enumerate(bodies)]
        _at_once(ids)
        with transaction() as db:
            labels = db.scalars(select(Duplicate.group_id).where(Duplicate.article_id.in_(ids))).all()
        assert labels == [ids[0]] * 4, f"round {round_}"


def test_a_group_is_joined_only_once_another_transaction_has_moved_it(desk: Path) -> None:
    whole = story(1, 20)
    for n in range(2):
        put(f"front {n}", f"Staff {n}. " + cut(whole, 0, 9))
        put(f"back {n}", f"Staff {n}. " + cut(whole, 11, 20))
    bridge, joining = arrive("bridge", whole), arrive("joining", "Staff 7. " + cut(whole, 11, 20))
    thread = threading.Thread(target=link, args=(joining,))
    with transaction() as db:
        link_duplicates(db, {bridge: read(whole)})
        thread.start()
        wait_until(_someone_waits, "the other transaction to wait for its turn", seconds=20)
    thread.join()
    assert len(groups()) == 1


def _someone_waits() -> bool:
    with transaction() as db:
        return bool(db.scalar(text("select count(*) from pg_locks where locktype = 'advisory' and not granted")))


def test_groups_that_are_united_while_one_is_joined_end_as_one(desk: Path) -> None:
    """The last of each round connects two groups while another article joins one of them."""
    for round_ in range(10):
        whole = story(round_, 20)
        front = [put(f"{round_} front {n}", f"Staff {n}. " + cut(whole, 0, 9)) for n in range(2)]
        back = [put(f"{round_} back {n}", f"Staff {n}. " + cut(whole, 11, 20)) for n in range(2)]
        assert len(groups()) == 2
        _at_once([arrive("bridge", whole), arrive("joining", "Staff 7. " + cut(whole, 11, 20))])
        assert len(groups()) == 1, f"round {round_}"
        with transaction() as db:
            assert db.scalar(select(func.count()).select_from(Duplicate)) == len(front + back) + 2
            db.execute(delete(Article))


def _at_once(ids: Iterable[int]) -> None:
    threads = []
    barrier = threading.Barrier(len(list(ids)))
    for article_id in ids:

        def together(article_id: int = article_id) -> None:
            barrier.wait(10)
            link(article_id)

        threads.append(threading.Thread(target=together))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_an_article_with_another_text_leaves_its_group(copies: list[int]) -> None:
    change(copies[1], story(9))
    assert groups() == {frozenset(("wire", "post"))}
    change(copies[2], story(8))
    assert groups() == set()


def test_the_lowest_member_can_leave_and_found_another_group(copies: list[int]) -> None:
    put("other", story(9))
    change(copies[0], story(9))
    assert groups() == {frozenset(("ledger", "post")), frozenset(("wire", "other"))}


def test_what_only_a_changed_article_connected_comes_apart(desk: Path) -> None:
    whole = story(5, 20)
    for n in range(2):
        put(f"front {n}", f"Staff {n}. " + cut(whole, 0, 9))
        put(f"back {n}", f"Staff {n}. " + cut(whole, 11, 20))
    bridge = put("bridge", whole)
    assert len(groups()) == 1
    change(bridge, story(6))
    assert groups() == {frozenset(("front 0", "front 1")), frozenset(("back 0", "back 1"))}


def test_until_a_changed_article_is_linked_anew_it_is_not_shown(copies: list[int]) -> None:
    with transaction() as db:
        new = {"text": story(9), "text_hash": text_hash(story(9))}
        db.execute(update(Article).where(Article.id == copies[1]).values(new))
        assert duplicates_of(db, copies[1]) is None
        found = duplicates_of(db, copies[0])
        assert found is not None and [copy.article_id for copy in found.copies] == [copies[2]]


def test_a_text_that_changed_while_it_was_compared_is_not_joined_and_its_group_is(desk: Path) -> None:
    first, _ = put("wire", story(1)), put("ledger", "By our staff. " + story(1))
    second = arrive("post", story(1))
    with transaction() as db:
        found = find_duplicates(db, second, read(story(1)))
    assert [same.article_id for same in found] == [first]  # it stands for its group
    change(first, story(2))
    with transaction() as db:
        assert not unite(db, second, found)
    assert groups() == set()
    link(second)
    assert groups() == {frozenset(("ledger", "post"))}


def test_groups_of_an_older_rule_are_found_anew(copies: list[int]) -> None:
    with transaction() as db:
        db.execute(update(Duplicate).values(rule="an older one"))
        db.execute(
            insert(Duplicate).values(
                article_id=arrive("other", story(3)),
                group_id=copies[0],
                rule="an older one",
                text_hash=text_hash(story(3)),
            )
        )
    link(copies[2])
    assert groups() == {frozenset(("wire", "ledger", "post"))}


def test_a_deleted_article_leaves_the_others_together(copies: list[int]) -> None:
    with transaction() as db:
        db.execute(delete(Article).where(Article.id == copies[0]))
    put("late", "Late and by our staff. " + story(1))
    assert groups() == {frozenset(("ledger", "post", "late"))}


def test_a_story_with_many_copies_has_one_row_each_and_costs_the_same_statements(desk: Path) -> None:
    counted: list[str] = []
    event.listen(engine(), "before_cursor_execute", lambda *seen: counted.append(seen[2]))
    spent = []
    for n in range(60):
        article_id = arrive(
            f"paper {n}", f"{'abcdefghijklmnopqrstuvwxyz'[n % 26] * (2 + n // 26)} reports. " + story(1)
        )
        counted.clear()
        link(article_id)
        spent.append(len(counted))
    assert len(set(spent[1:])) == 1 and spent[1] <= 8, spent
    with transaction() as db:
        assert db.scalar(select(func.count()).select_from(Duplicate)) == 60
        found = duplicates_of(db, 1)
    assert found is not None and (found.articles, found.sources, len(found.copies)) == (60, 60, 20)


@pytest.fixture
def common(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """From five articles on, a band is common."""
    monkeypatch.setattr(bands, "COMMON", 5)
    bands.candidates.cache_clear()
    yield
    bands.candidates.cache_clear()


def test_boilerplate_that_everyone_has_hides_no_duplicate_and_is_looked_at_no_further(desk: Path, common: None) -> None:
    footer = " " + story(77, 6)
    put("wire", story(1) + footer)
    for n in range(20):
        put(f"other {n}", story(100 + n) + footer)
    last = put("post", "By our staff. " + story(1) + footer)
    assert groups() == {frozenset(("wire", "post"))}
    with transaction() as db:
        met = {row.id for row in db.execute(bands.candidates(), {"article": last})}
    assert met == {1, 17, 18, 19, 20, 21}  # the latest five, and its duplicate


def test_the_search_reads_indexes_only(desk: Path) -> None:
    with transaction() as db:
        some = "from generate_series(1, 5000) i"
        db.execute(
            text(f"insert into articles (key, text, text_hash) select i::text, 'x', sha256(i::text::bytea) {some}")
        )
        numbers = "(i * 7919 + j * 31) % 20011"
        db.execute(text(f"insert into bands select i, {numbers} {some}, generate_series(1, 16) j"))
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("analyze"))
        query = bands.candidates().params(article=17)
        asked = str(query.compile(dialect=db.dialect, compile_kwargs={"literal_binds": True}))
        plan = "\n".join(db.scalars(text(f"explain {asked}".replace(":", "\\:"))).all())
    assert "Seq Scan on bands" not in plan and "Seq Scan on articles" not in plan, plan


def test_a_changed_text_weeks_later_is_no_duplicate_whichever_comes_first(desk: Path) -> None:
    whole, month = story(1), timedelta(days=30)
    put("early", whole, published_at=DAY)
    put("later", cut(whole, 0, 9), published_at=DAY + month)
    put("later still", cut(whole, 0, 8), published_at=DAY + month)
    put("reprint", "Again. " + whole, published_at=DAY - month)
    assert groups() == {frozenset(("early", "reprint")), frozenset(("later", "later still"))}
