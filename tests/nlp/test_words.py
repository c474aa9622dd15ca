"""Words cover the text, come apart as the Penn Treebank's do, and take time linear in its length."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.words import CAPITALISED, CAPITALS, LOWER, MIXED, letter_case, plain, split_words

PIECES = st.sampled_from(
    ["U.S.", "Mr.", "n't", "'s", "’s", "http://", "www.", "a@b.c", "1,0", " ", "\n", "-", "&", "😀", "\0", "\u200b"]
)
TEXTS = st.lists(st.text(max_size=8) | PIECES, max_size=20).map("".join)


def words(text: str) -> list[str]:
    return [text[start:end] for start, end in split_words(text)]


@given(TEXTS)
def test_words_are_in_order_and_cover_all_but_white_space(text: str) -> None:
    end = 0
    for span in split_words(text):
        assert text[end : span.start].strip() == ""
        assert span.start < span.end
        end = span.end
    assert text[end:].strip() == ""
    assert "".join(words(text)) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sen. Olympia J. Snowe (R-Maine) doesn't.", "Sen.|Olympia|J.|Snowe|(|R|-|Maine|)|does|n't|."),
        ("U.S.-led talks in Washington, D.C.", "U.S.|-|led|talks|in|Washington|,|D.C."),
        ("AT&T's O'Brien’s “Plan B.”", "AT&T|'s|O'Brien|’s|“|Plan|B|.|”"),
        ("DON'T ask IT'S", "DO|N'T|ask|IT|'S"),
        ("The end.Next gov.uk said no.", "The|end|.|Next|gov.uk|said|no|."),
        ("see http://x.com/a, or bob@x.co.uk.", "see|http://x.com/a|,|or|bob@x.co.uk|."),
        ("$1,200.50 at 10:30 in the 1990s...", "$|1,200.50|at|10:30|in|the|1990s|..."),
        ("Jose\u0301 Was\u200bhington \0", "Jose\u0301|Was\u200bhington|\0"),
        ("", ""),
    ],
)
def test_words_come_apart_as_in_the_treebank(text: str, expected: str) -> None:
    assert "|".join(words(text)) == expected


@pytest.mark.parametrize(
    "unit", ["a", "!", "a.", "a'", "http://", "www.", "a@", "a-", "1,", "n't", "U.", "\0", "😀", "a&"]
)
def test_a_hostile_text_takes_linear_time(unit: str) -> None:
    begun = time.perf_counter()
    assert sum(1 for _ in split_words(unit * 100_000)) > 0
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize(
    ("words", "case"),
    [
        ("iran 1990", LOWER),
        ("Iran J É", CAPITALISED),
        ("NATO H5N1", CAPITALS),
        ("iPod McCain", MIXED),
    ],
)
def test_letter_case_has_four_values(words: str, case: int) -> None:
    assert {letter_case(part) for part in words.split()} == {case}
    assert letter_case("") == LOWER


@given(st.text())
def test_plain_quotes_leave_the_offsets_alone(word: str) -> None:
    assert len(plain(word)) == len(word)


def test_curly_quotes_become_straight() -> None:
    assert plain("“Iran’s”") == '"Iran\'s"'
