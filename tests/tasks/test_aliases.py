"""One row per thing: merges from evidence, on the real database."""

import random
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select, text, update
from waiting import wait_until

from models.alias import Distinct, Evidence, Merge
from models.article import Article
from models.entity import Entity
from models.session import session, transaction
from nlp.aliases import Alias
from nlp.names import Name
from tasks.aliases import learn, mark_distinct, undo

MEDICAL, RIDERS, INC = "american medical association", "american motorcyclist association", "delta inc"
KEYS = ("ama", MEDICAL, RIDERS, MEDICAL + " inc", "a m a", "delta", INC, "delta ltd")
AMA_MEDICAL = ("definition", "ama", MEDICAL)
AMA_RIDERS = ("definition", "ama", RIDERS)
SAID = (
    AMA_MEDICAL,
    AMA_RIDERS,
    ("definition", "ama", MEDICAL + " inc"),
    ("definition", "a m a", RIDERS),
    ("initials", "ama", MEDICAL),
    ("form", "a m a", "ama"),
    ("suffix", "delta", INC),
    ("suffix", "delta", "delta ltd"),
    ("suffix", MEDICAL, MEDICAL + " inc"),
)
ARTICLES = range(1, 7)
Said = Sequence[tuple[str, str, str]]
on_database = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _aliases(said: Said) -> list[Alias]:
    return [Alias(rule, Name("ORG", a), Name("ORG", w), 0, 9, (a.upper(), w.title())) for rule, a, w in said]


def _learn(found: Mapping[int, Said]) -> None:
    with transaction() as db:
        learn(db, {article: _aliases(said) for article, said in found.items()})


def _roots() -> dict[str, str]:
    """For each name that of the thing it is of."""
    with session() as db:
        keys = {entity.id: entity.key for entity in db.scalars(select(Entity))}
        return {e.key: keys[e.same_as or e.id] for e in db.scalars(select(Entity)) if e.key in KEYS}


def _state() -> list[object]:
    with session() as db:
        holds = sorted(map(tuple, db.execute(select(Merge.alias_id, Merge.whole_id, Merge.rule, Merge.holds))))
    return [_roots(), holds]


def _merge_id(rule: str, alias: str, whole: str) -> int:
    with session() as db:
        ids = {entity.key: entity.id for entity in db.scalars(select(Entity))}
        return db.scalars(
            select(Merge.id).where(Merge.rule == rule, Merge.alias_id == ids[alias], Merge.whole_id == ids[whole])
        ).one()


def _id(key: str) -> int:
    with session() as db:
        return db.scalars(select(Entity.id).where(Entity.key == key)).one()


def _undo(merge_id: int) -> None:
    with transaction() as db:
        assert undo(db, merge_id, "wrong")


def _mark(one: str, other: str) -> None:
    with transaction() as db:
        mark_distinct(db, _id(one), _id(other))


@pytest.fixture
def names(desk: Path) -> Callable[[], None]:
    """Six articles and the names above, and nothing said of them; again at each call."""
    with session() as db:
        db.execute(insert(Article), [{"key": str(number)} for number in ARTICLES])
        db.execute(insert(Entity), [{"type": "ORG", "key": key, "name": key.title()} for key in KEYS])

    def anew() -> None:
        with session() as db:
            for table in (Evidence, Merge, Distinct):
                db.execute(delete(table))
            db.execute(update(Entity).values(same_as=None))

    return anew


_EVIDENCE = st.dictionaries(st.sampled_from(ARTICLES), st.lists(st.sampled_from(SAID), max_size=3, unique=True))


@given(
    evidence=_EVIDENCE,
    marks=st.lists(st.sampled_from([("ama", MEDICAL), ("delta", INC)]), max_size=1),
    chance=st.randoms(),
)
@on_database
def test_what_is_one_thing_does_not_depend_on_the_order_of_arrival(
    names: Callable[[], None], evidence: dict[int, Said], marks: list[tuple[str, str]], chance: random.Random
) -> None:
    states = []
    for _ in range(2):
        names()
        steps: list[Callable[[], None]] = [lambda a=a, said=said: _learn({a: said}) for a, said in evidence.items()]
        steps += [lambda pair=pair: _mark(*pair) for pair in marks]
        chance.shuffle(steps)
        for step in steps:
            step()
        states.append(_state())
    names()
    _learn(evidence)  # several articles at once
    for pair in marks:
        _mark(*pair)
    assert states[0] == states[1]
    assert states[0][0] == _roots()


@given(evidence=_EVIDENCE, more=st.sampled_from(SAID))
@on_database
def test_an_undone_merge_leaves_everything_as_it_was_without_it(
    names: Callable[[], None], evidence: dict[int, Said], more: tuple[str, str, str]
) -> None:
    names()
    without = {article: [one for one in said if one != more] for article, said in evidence.items()}
    _learn(without)
    before = _roots()
    _learn({article: [*without.get(article, []), more] for article in ARTICLES[:3]})
    _undo(_merge_id(*more))
    assert _roots() == before
    _learn({article: [*without.get(article, []), more] for article in ARTICLES[3:]})
    assert _roots() == before, "an undone merge came back with new evidence"


@given(evidence=_EVIDENCE)
@on_database
def test_learning_the_same_again_changes_nothing_and_taking_all_back_leaves_every_name_alone(
    names: Callable[[], None], evidence: dict[int, Said]
) -> None:
    names()
    _learn(evidence)
    before = _state()
    _learn(evidence)
    for article, said in evidence.items():
        _learn({article: said})
    assert _state() == before
    _learn({article: [] for article in evidence})
    assert all(key == root for key, root in _roots().items())


def test_an_acronym_and_its_long_name_are_one_thing_until_another_meaning_comes(names: Callable[[], None]) -> None:
    _learn({1: [AMA_MEDICAL]})
    assert _roots()["ama"] == MEDICAL
    _learn({2: [AMA_RIDERS]})
    assert _roots() == {key: key for key in KEYS}
    with session() as db:
        assert set(db.scalars(select(Merge.holds))) == {"there"}
    _undo(_merge_id(*AMA_RIDERS))
    assert _roots()["ama"] == MEDICAL


def test_a_mark_holds_against_later_evidence_on_any_way(names: Callable[[], None]) -> None:
    _learn({1: [AMA_MEDICAL]})
    _mark("ama", MEDICAL + " inc")
    _learn({2: [("suffix", MEDICAL, MEDICAL + " inc")], 3: [("form", "a m a", "ama")]})
    roots = _roots()
    assert roots["ama"] != roots[MEDICAL + " inc"]
    _mark("ama", MEDICAL)
    _learn({4: [AMA_MEDICAL], 5: [AMA_MEDICAL]})
    roots = _roots()
    assert (roots["ama"], roots[MEDICAL]) == ("a m a", MEDICAL + " inc")


def test_evidence_goes_with_its_article_when_that_says_something_else(names: Callable[[], None]) -> None:
    _learn({1: [AMA_MEDICAL], 2: [AMA_MEDICAL]})
    _learn({1: []})
    assert _roots()["ama"] == MEDICAL
    _learn({2: [AMA_RIDERS]})
    assert _roots()["ama"] == RIDERS


def test_initials_count_from_three_articles_on(names: Callable[[], None]) -> None:
    for article in (1, 2):
        _learn({article: [("initials", "ama", MEDICAL)]})
    assert _roots()["ama"] == "ama"
    _learn({3: [("initials", "ama", MEDICAL)]})
    assert _roots()["ama"] == MEDICAL


def test_an_article_that_only_says_what_is_known_waits_for_nobody(names: Callable[[], None]) -> None:
    _learn({1: [AMA_MEDICAL]})
    with transaction() as changing, transaction() as db:
        learn(changing, {2: _aliases([("suffix", "delta", INC)])})  # and holds the lock
        db.execute(text("set local lock_timeout = '1ms'"))
        learn(db, {1: _aliases([AMA_MEDICAL]), 3: [], 4: _aliases([AMA_MEDICAL])})
    _learn({1: []})
    assert _roots()["ama"] == MEDICAL  # by article 4


def test_evidence_that_is_added_while_the_last_other_goes_is_not_overlooked(names: Callable[[], None]) -> None:
    _learn({1: [AMA_MEDICAL]})
    with transaction() as db:
        learn(db, {2: _aliases([AMA_MEDICAL])})  # without the lock
        other = threading.Thread(target=_learn, args=({1: []},))
        other.start()
        wait_until(_waits, "who decides waits for who adds", seconds=20)
    other.join()
    assert _roots()["ama"] == MEDICAL


def test_who_finds_that_a_known_merge_is_being_decided_waits_and_decides_anew(names: Callable[[], None]) -> None:
    _learn({1: [AMA_MEDICAL]})
    with transaction() as db:
        learn(db, {1: []})
        other = threading.Thread(target=_learn, args=({2: [AMA_MEDICAL]},))
        other.start()
        wait_until(_waits, "who adds waits for who decides", seconds=20)
    other.join()
    assert _roots()["ama"] == MEDICAL


def test_an_entity_is_not_its_own_opposite(names: Callable[[], None]) -> None:
    with transaction() as db, pytest.raises(ValueError, match="same as itself"):
        mark_distinct(db, 1, 1)
    with transaction() as db:
        assert not undo(db, 99)


def test_when_an_article_is_deleted_its_evidence_goes_and_the_next_one_settles_it(names: Callable[[], None]) -> None:
    _learn({1: [AMA_MEDICAL]})
    with session() as db:
        db.execute(delete(Article).where(Article.id == 1))
        assert db.scalar(select(func.count()).select_from(Evidence)) == 0
    _learn({2: [AMA_RIDERS]})
    assert _roots()["ama"] == RIDERS


def _waits() -> bool:
    """Whether someone waits for another's transaction."""
    with session() as db:
        waiting = "select count(*) from pg_locks where not granted"
        return bool(db.scalar(text(waiting)))


def test_who_learns_while_another_does_waits_and_then_knows_what_the_other_wrote(names: Callable[[], None]) -> None:
    with transaction() as db:
        learn(db, {1: _aliases([AMA_MEDICAL])})
        other = threading.Thread(target=_learn, args=({2: [AMA_RIDERS]},))
        other.start()
        wait_until(_waits, "the second waits for the first", seconds=20)
    other.join()
    assert _roots() == {key: key for key in KEYS}


@pytest.mark.parametrize("said", [(AMA_MEDICAL, AMA_MEDICAL), (AMA_MEDICAL, AMA_RIDERS)])
def test_workers_that_learn_at_the_same_time_agree_with_one_after_the_other(
    names: Callable[[], None], said: tuple[tuple[str, str, str], tuple[str, str, str]]
) -> None:
    for article, one in zip((1, 2), said, strict=True):
        _learn({article: [one, ("suffix", "delta", INC)]})
    expected = _state()
    for round_ in range(10):
        names()
        barrier = threading.Barrier(2)
        threads = [threading.Thread(target=_at_once, args=(barrier, i, said[i])) for i in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert _state() == expected, f"round {round_}"


def _at_once(barrier: threading.Barrier, number: int, said: tuple[str, str, str]) -> None:
    """As the task does: first the entities, of which both have one, then the evidence, in one transaction."""
    with transaction() as db:
        barrier.wait()
        db.execute(text("insert into entities (type, key, name) values ('PER', 'new', 'New') on conflict do nothing"))
        learn(db, {number + 1: _aliases([said, ("suffix", "delta", INC)])})


def test_many_who_learn_unlearn_and_mark_at_once_end_where_one_after_the_other_does(names: Callable[[], None]) -> None:
    """Each worker has articles of its own, as in the desk; some of their evidence needs the lock."""
    chance = random.Random(7)
    work = [[(article, chance.sample(SAID, 2)) for _ in range(12)] for article in ARTICLES]
    errors: list[BaseException] = []
    barrier = threading.Barrier(len(work) + 1)

    def at_work(mine: list[tuple[int, Said]]) -> None:
        barrier.wait()
        try:
            for article, said in mine:
                _learn({article: said})
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=at_work, args=(mine,)) for mine in work]
    for thread in threads:
        thread.start()
    barrier.wait()
    _mark("delta", INC)
    for thread in threads:
        thread.join()
    assert errors == []
    together = _roots()
    names()
    _learn({article: said for mine in work for article, said in mine[-1:]})
    _mark("delta", INC)
    assert together == _roots()
