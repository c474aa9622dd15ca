"""Which names are one thing, all evidence together."""

import random

from hypothesis import given
from hypothesis import strategies as st

from nlp.names import Name
from nlp.partition import Holds, Link, partition

NAMES = {
    1: Name("ORG", "ama"),
    2: Name("MISC", "ama"),
    3: Name("ORG", "american medical association"),
    4: Name("ORG", "american motorcyclist association"),
    5: Name("ORG", "american medical association inc"),
    6: Name("ORG", "a m a"),
}
_LINKS = st.builds(
    Link,
    st.sampled_from(["definition", "suffix", "initials"]),
    st.sampled_from([1, 2, 6]),
    st.sampled_from([3, 4, 5]),
    st.integers(1, 30),
)
_FORMS = st.builds(Link, st.just("form"), st.just(6), st.just(1), st.just(1))
_PAIRS = st.tuples(st.integers(1, 6), st.integers(1, 6)).filter(lambda pair: pair[0] < pair[1])


def _unique(links: list[Link]) -> list[Link]:
    return list({link[:3]: link for link in links}.values())


def _groups(links: list[Link], apart: list[tuple[int, int]]) -> set[frozenset[int]]:
    roots = partition(NAMES, links, apart).roots
    return {frozenset(e for e in roots if roots[e] == root) for root in roots.values()}


def test_the_longest_name_stands_for_all() -> None:
    roots = partition(NAMES, [Link("definition", 1, 3, 1), Link("definition", 1, 5, 1)], []).roots
    assert roots == {1: 5, 2: 2, 3: 5, 4: 4, 5: 5, 6: 6}


def test_an_acronym_of_two_things_joins_neither_to_the_other_and_holds_where_it_is_defined() -> None:
    links = [Link("definition", 1, 3, 1), Link("definition", 2, 4, 1)]  # of two types, and yet one acronym
    result = partition(NAMES, links, [])
    assert all(entity == root for entity, root in result.roots.items())
    assert set(result.holds.values()) == {Holds.THERE}


def test_two_spellings_of_an_acronym_are_one_when_its_meanings_are_weighed() -> None:
    links = [Link("form", 6, 1, 1), Link("definition", 1, 3, 1), Link("definition", 6, 4, 1)]
    assert _groups(links, []) == {frozenset({1, 6}), *(frozenset({e}) for e in (2, 3, 4, 5))}


@given(st.lists(_LINKS | _FORMS, max_size=12).map(_unique), st.lists(_PAIRS, max_size=4), st.randoms())
def test_the_order_of_evidence_and_marks_does_not_matter(
    links: list[Link], apart: list[tuple[int, int]], chance: random.Random
) -> None:
    first = partition(NAMES, links, apart)
    again = partition(
        dict(chance.sample(sorted(NAMES.items()), len(NAMES))),
        chance.sample(links, len(links)),
        chance.sample(apart, len(apart)),
    )
    assert (first.roots, first.holds) == (again.roots, again.holds)


@given(st.lists(_LINKS | _FORMS, max_size=12).map(_unique), st.lists(_PAIRS, max_size=4))
def test_what_is_marked_stays_apart_and_what_contradicts_is_never_chained(
    links: list[Link], apart: list[tuple[int, int]]
) -> None:
    result = partition(NAMES, links, apart)
    assert all(result.roots[one] != result.roots[other] for one, other in apart)
    assert result.roots[3] != result.roots[4]  # nothing here says that they are one
    assert all(result.roots[root] == root for root in result.roots.values())
