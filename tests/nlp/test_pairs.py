"""How alike two articles are."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.pairs import FADE_DAYS, FADED, LITTLE, Features, features, parts, quantised, scores
from nlp.terms import profile

WORDS = ["arson", "church", "Wasilla", "fire", "1,200", "Kyiv", "Stoltenberg", "the", "minister", "parsonage", "43"]
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@st.composite
def articles(draw: st.DrawFn) -> Features:
    text = " ".join(draw(st.lists(st.sampled_from(WORDS), max_size=30)))
    vector = draw(st.lists(st.floats(-1, 1, width=16), min_size=8, max_size=8))
    hours = draw(st.none() | st.integers(0, 2000))
    return features(profile("", text), vector, None if hours is None else NOW + timedelta(hours=hours))


def _article(text: str, days: float | None = None) -> Features:
    return features(profile("", text), [1.0, 0.5], None if days is None else NOW + timedelta(days=days))


@given(st.lists(articles(), min_size=2, max_size=8))
def test_a_score_is_exactly_the_same_both_ways_and_in_any_company(some: list[Features]) -> None:
    together = scores(some, some)
    assert np.array_equal(together, together.T)
    for place, one in enumerate(some):
        for other_place, other in enumerate(some):
            assert scores([one], [other])[0, 0] == together[place, other_place]


@given(articles(), articles())
def test_a_score_is_between_nothing_in_common_and_the_same(one: Features, other: Features) -> None:
    assert 0 <= scores([one], [other])[0, 0] <= 1


@given(st.lists(st.sampled_from(WORDS), max_size=30), st.lists(st.sampled_from(WORDS), max_size=30))
def test_the_cosine_of_words_is_that_of_their_weights(one: list[str], other: list[str]) -> None:
    mine, theirs = profile("", " ".join(one)), profile("", " ".join(other))
    a, b = ({word.lower(): weight for word, weight in zip(p.words, p.weights, strict=True)} for p in (mine, theirs))
    square = [sum(weight * weight for weight in side.values()) + LITTLE for side in (a, b)]
    wanted = sum(a[word] * b.get(word, 0) for word in a) / math.sqrt(square[0] * square[1])
    found = parts([features(mine, [1.0])], [features(theirs, [1.0])])
    assert found.words[0, 0] == pytest.approx(wanted)


def test_rare_words_in_common_say_more_than_common_ones() -> None:
    one, rare, common = (
        _article(text)
        for text in (
            "The minister said that the parsonage burned.",
            "A parsonage near here was sold to a bank.",
            "The minister said that her bank was sold.",
        )
    )
    found = scores([one], [rare, common])[0]
    assert found[0] > found[1]


def test_time_takes_a_quarter_at_most_and_a_missing_date_takes_nothing() -> None:
    text = "Dock workers in Hamburg walked out over night shifts at the Altenwerder terminal."
    first = _article(text, 0)
    same, half, late, later, undated = scores(
        [first], [_article(text, days) for days in (0, FADE_DAYS / 2, FADE_DAYS, 10 * FADE_DAYS, None)]
    )[0]
    assert same == undated > half > late == later
    assert late == np.rint(same * (1 - FADED) * 10_000) / 10_000 or abs(late - same * (1 - FADED)) < 1e-4


def test_one_rare_word_each_does_not_make_two_articles_the_same() -> None:
    assert scores([_article("Turkmenistan")], [_article("Turkmenistan")])[0, 0] < 0.9


def test_a_quantised_vector_points_where_the_vector_does() -> None:
    vector = np.random.default_rng(1).standard_normal(384)
    back = np.frombuffer(quantised(vector), dtype=np.int8).astype(float)
    assert vector @ back / np.linalg.norm(vector) / np.linalg.norm(back) > 0.999
    assert set(quantised([0.0] * 4)) == {0}
