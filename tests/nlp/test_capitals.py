"""Which sentences can hold a name, by their capitals alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.capitals import may_name
from nlp.words import split_words


def may(sentence: str) -> bool:
    return may_name(sentence[start:end] for start, end in split_words(sentence))


@pytest.mark.parametrize(
    "sentence",
    [
        "It rained all day.",
        "“The ferry stays in port,” the captain said.",
        "But I'm not sure that we can, and neither am I.",
        "In 2025 there were 1,200 of them — more than ever!",
        "A few saw it at http://example.org/seen.",
        "",
        "... 12:30 !!!",
    ],
)
def test_a_capital_that_only_begins_the_sentence_names_nothing(sentence: str) -> None:
    assert not may(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The ferry to Heligoland stays in port.",
        "Heligoland was not reached.",
        "May was cold.",
        "WHO said so?",
        "It was an iPhone.",
        "It was the U.S. that objected.",
        "The AT&T offer was refused.",
        "It is called İzmir.",
        "i saw angela in berlin",
        "“if so, angela may come.”",
        "The mayor, 安倍, said no.",
        "أنجيلا",
    ],
)
def test_other_capitals_and_writing_without_capitals_may_name(sentence: str) -> None:
    assert may(sentence)


@given(
    st.lists(st.sampled_from(["the", "I", "was", "–", "3rd", "'s", "“", "said"])), st.sampled_from(["Berlin", "NATO"])
)
def test_a_word_with_a_capital_is_never_missed(words: list[str], name: str) -> None:
    for place in range(len(words) + 1):
        assert may_name([*words[:place], name, *words[place:]])
