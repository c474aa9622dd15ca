"""Sentences as bags of content words."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlp.bags import bags


def test_sentences_about_the_same_are_alike_and_others_are_not() -> None:
    strike, strikers, weather = bags(["Dockers strike in Hamburg", "The dockers of Hamburg struck", "Rain all week"])
    assert strike @ strikers > 0.5
    assert strike @ weather == 0


def test_words_that_say_nothing_make_no_two_sentences_alike() -> None:
    one, other = bags(["It was they who had been there", "It was they who have said so"])
    assert one @ other == 0


@given(st.lists(st.text(max_size=80), max_size=12))
def test_a_bag_has_length_one_or_is_empty_and_does_not_depend_on_the_order_of_texts(texts: list[str]) -> None:
    rows = bags(texts)
    lengths = np.linalg.norm(rows, axis=1)
    assert np.all(np.isclose(lengths, 1, atol=1e-5) | (lengths == 0))
    assert np.allclose(rows @ rows.T, (bags(texts[::-1]) @ bags(texts[::-1]).T)[::-1, ::-1], atol=1e-5)
