"""Words and passages of a text, and its sketch."""

import random

from hypothesis import given
from hypothesis import strategies as st

from nlp.passages import ROWS, read, sketch

WORDS = "harbour strike union talks ship crane night shift offer letter mayor vote report water bridge"


def _text(seed: int, words: int = 300) -> str:
    return " ".join(random.Random(seed).choices(WORDS.split(" "), k=words))


def test_marks_case_and_possessives_do_not_count() -> None:
    ours, theirs = "The nation's U.S. Navy won 74-23; $4.15", "THE NATIONS US NAVY WON 74 23 4 15"
    assert read(ours).keys[:2] == read(theirs).keys[:2] == ("the", "nation")
    assert read("U S Senate").keys == read("U.S. Senate").keys == ("senate",)
    assert read("5 of 6").keys == ("5", "of", "6")


@given(st.text(max_size=300))
def test_every_word_is_in_the_text_at_its_place(text: str) -> None:
    found = read(text)
    for key, written, (start, end) in zip(found.keys, found.written, found.places, strict=True):
        assert text[start:end] == written and written.casefold().startswith(key)
    assert found.places == sorted(found.places)


@given(st.text(max_size=2000))
def test_a_sketch_is_a_few_numbers_that_a_column_holds(text: str) -> None:
    found = sketch(read(text))
    assert len(found) <= ROWS and len(set(found)) == len(found)
    assert all(-(2**63) <= number < 2**63 for number in found)


def test_a_sketch_is_the_same_everywhere_and_always() -> None:
    """They are stored: another value here orphans the bands of every desk."""
    assert sketch(read("Dock workers in Hamburg walked out on Monday"))[:2] == [
        6919346724078117187,
        -5222097768545120803,
    ]


@given(st.integers(0, 10_000), st.integers(0, 150))
def test_an_article_and_half_of_it_meet(seed: int, start: int) -> None:
    text = _text(seed).split()
    whole, half = sketch(read(" ".join(text))), sketch(read(" ".join(text[start : start + 150])))
    assert len(set(whole) & set(half)) >= 1
