"""Sentences as an editor would mark them; offsets that can be trusted; linear time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.sentences import split_sentences

TEXTS = st.text(st.sampled_from("aAbZ.!?…\"'”“’)( \n\t\u00a0😀𝒜5U"), max_size=120) | st.text(max_size=120)


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@given(TEXTS)
def test_spans_are_ordered_trimmed_and_hold_every_character_but_space(text: str) -> None:
    spans = split_sentences(text)
    place = 0
    for start, end in spans:
        assert place <= start < end <= len(text)
        assert text[place:start].strip() == ""
        assert text[start:end] == text[start:end].strip()
        place = end
    assert text[place:].strip() == ""


@given(TEXTS, TEXTS)
def test_no_sentence_crosses_an_empty_line(first: str, second: str) -> None:
    assert all("\n\n" not in sentence for sentence in sentences(f"{first}\n\n{second}"))


@pytest.mark.parametrize(
    "marked",
    [
        "Mr. Ruiz met Gen. Mark Hale in Washington, D.C. on Jan. 6. | They talked for 3.5 hours.",
        "The U.S. Army left. | He came from the U.S. | It was late.",
        "It begins at 9 a.m. Monday. | It ends at 5 p.m. | The doors close then.",
        "J. K. Marsh and J.B. Orr spoke. | No. 5 won. | The answer was no. | They left.",
        "Acme Inc. rose 2.5 percent. | Acme Inc. | The shares fell.",
        "“We go.” | She left. | “Why now?” Marsh asked. | “Wait!” | (He waited.) | Then it rained.",
        "The talks failed... | Then they resumed. | “We will not stop...” he said.",
        "What? | No! | Sales of iPhones fell. | iPhone makers worry.",
        "Sen. Ada Byrne, D-W.Va., joined St. Mary's in Mt. Airy. | Prof. Li, Ph.D., did not.",
        "1. Talks go on. | 2. Nobody leaves.",
        "The Tower fell 😀. | 𝒜 new one rose.",
    ],
)
def test_sentences_end_where_an_editor_would_end_them(marked: str) -> None:
    assert sentences(marked.replace(" | ", " ")) == marked.split(" | ")


@pytest.mark.parametrize("unit", ["a", "ab ", ".", ". ", '"', ".”", "A. ", "? “", "\n", " \n", "-", "Mr. "])
def test_time_is_linear_in_hostile_text(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    begun = time.perf_counter()
    split_sentences(text)
    assert time.perf_counter() - begun < 3
