"""The words by which articles are told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.rarity import RAREST, may_be_name, rarity
from nlp.terms import MOST_NAMES, MOST_TERMS, profile, rarity_of, tokens

TEXT = (
    "NATO chief Jens Stoltenberg spoke in Kyiv. Stoltenberg said that 1,200 drones had been sent. "
    "The drones weren't old, O'Brien added. Shelling went on; shelling had not stopped since May."
)


def _kinds(text: str) -> dict[str, int]:
    found = profile("", text)
    return dict(zip(found.words, found.weights, strict=True))


def test_rare_words_say_more_than_common_ones() -> None:
    assert rarity("the") < rarity("minister") < rarity("parsonage") <= RAREST
    assert rarity("stoltenbergx") == RAREST


def test_known_words_are_names_or_not_and_unknown_ones_may_be() -> None:
    assert may_be_name("iran") and may_be_name("stoltenbergx") and not may_be_name("minister")


def test_all_years_are_as_rare_as_each_other() -> None:
    assert rarity_of("1999") == rarity_of("2031") < RAREST
    assert rarity_of("20311") == RAREST


def test_names_keep_their_capitals_and_other_words_have_none() -> None:
    found = _kinds(TEXT)
    assert {"NATO", "Jens", "Stoltenberg", "Kyiv", "O'Brien", "May", "1,200"} <= set(found)
    assert {"the", "shelling", "drones"} <= set(found)
    assert "Shelling" not in found  # it has a capital only where a sentence begins


def test_names_of_several_words_are_told_as_one() -> None:
    assert {"Jens Stoltenberg", "Stoltenberg", "NATO", "Kyiv", "O'Brien"} <= set(profile("", TEXT).names)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Iran's don’t couldn't", ["iran", "s", "do", "n", "t", "could", "n", "t"]),
        ("the U.S. and D’Angelo", ["the", "us", "and", "d'angelo"]),
        ("on 21st, 3.5 and 1,200", ["on", "21", "3.5", "and", "1,200"]),
    ],
)
def test_words_are_compared_without_what_varies(text: str, keys: list[str]) -> None:
    assert [token.key for token in tokens(text)] == keys


def test_a_word_said_more_often_weighs_more() -> None:
    once, often = _kinds("Arson at a church."), _kinds("Arson at a church. More arson, they fear, and arson again.")
    assert often["arson"] > once["arson"] and often["church"] == once["church"]


@given(st.text(max_size=400), st.text(max_size=2000))
def test_a_profile_is_bounded_whatever_the_text(title: str, text: str) -> None:
    found = profile(title, text)
    assert len(found.words) == len(found.weights) <= MOST_TERMS
    assert len(found.names) <= MOST_NAMES
    assert list(found.weights) == sorted(found.weights, reverse=True)
    assert all(word and not set(word) & set(" \n") for word in found.words)
    assert len({word.lower() for word in found.words}) == len(found.words)


@given(st.lists(st.sampled_from(TEXT.split()), max_size=60))
def test_a_profile_depends_on_nothing_but_the_text(words: list[str]) -> None:
    text = " ".join(words)
    assert profile("", text) == profile("", text)
