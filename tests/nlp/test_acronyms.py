"""Which short names are made of the letters of which long ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.acronyms import LONGEST, abbreviates, initials, is_acronym


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("NATO", "North Atlantic Treaty Organization"),
        ("OPEC", "Organization of the Petroleum Exporting Countries"),
        ("DoD", "Department of Defense"),
        ("HHS", "Department of Health and Human Services"),
        ("EPA", "U.S. Environmental Protection Agency"),
        ("USAID", "U.S. Agency for International Development"),
        ("CDC", "Centers for Disease Control and Prevention"),
        ("ASEAN", "Association of Southeast Asian Nations"),
        ("MARAD", "Maritime Administration"),
        ("G7", "Group of Seven"),
        ("G20", "Group of 20"),
        ("AT&T", "American Telephone & Telegraph"),
        ("UNESCO", "United Nations Educational, Scientific and Cultural Organization"),
        ("CHIP", "Children's Health Insurance Program"),
        ("AOC", "Alexandria Ocasio-Cortez"),
        ("LA", "Los Angeles"),
        ("SNCF", "Société nationale des chemins de fer français"),
    ],
)
def test_an_acronym_is_made_of_the_letters_that_begin_the_words(short: str, long: str) -> None:
    assert is_acronym(short) and abbreviates(short, long)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("IN", "Indianapolis"),
        ("OR", "Portland"),
        ("ME", "Maine"),
        ("BND", "Bundesnachrichtendienst"),
        ("NATO", "Warsaw Treaty Organization"),
        ("AMA", "American Dental Association"),
        ("LA", "Los Angeles County"),
        ("3M", "Minnesota Mining and Manufacturing"),
        ("G8", "Group of Seven"),
        ("IBEW", "International Brotherhood of Electrical Workers Local 123"),
        ("EU", "Union"),
        ("TAA", "American Airlines Training"),
    ],
)
def test_other_letters_other_numbers_or_one_word_make_no_acronym(short: str, long: str) -> None:
    assert not abbreviates(short, long)


@pytest.mark.parametrize("word", ["us", "who", "Mac", "Toronto", "A", "Oklahoma City", "R-Texas", "(EU", "ABCDEFGHIJK"])
def test_a_word_a_name_or_a_letter_is_no_acronym(word: str) -> None:
    assert not is_acronym(word)


@pytest.mark.parametrize(
    ("long", "letters"),
    [("United States", "US"), ("Bank of England", "BE"), ("Ukraine", ""), ("U.S.", ""), ("U.S. Senate", "")],
)
def test_only_a_name_of_two_words_has_initials(long: str, letters: str) -> None:
    assert initials(long) == letters


@given(st.lists(st.from_regex(r"[A-Z][a-z]{2,9}", fullmatch=True), min_size=2, max_size=LONGEST))
def test_a_name_is_abbreviated_by_its_initials_but_not_by_those_and_one_more(words: list[str]) -> None:
    long = " ".join(word + "x" for word in words)  # so that no word is a number or stop word
    short = "".join(word[0] for word in words)
    assert abbreviates(short, long)
    assert not abbreviates(short + "7", long)


@given(st.text(max_size=12), st.text(max_size=200))
def test_any_two_texts_can_be_compared(short: str, long: str) -> None:
    assert abbreviates(short, long) in (True, False)
