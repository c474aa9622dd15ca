"""The numbers of a text, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.quantities import plain_numbers, quantities

TO_TEN = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
TEENS = ["eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
ONES = TO_TEN + TEENS
TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def _forms(text: str) -> list[str]:
    return [quantity.form for quantity in quantities(plain_numbers(text))]


def _spell(value: int) -> str:
    """The words of a number, as one reads them out."""
    for scale, name in ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if value >= scale:
            rest = value % scale
            link = " and " if 0 < rest < 100 else " "
            return f"{_spell(value // scale)} {name}" + (link + _spell(rest) if rest else "")
    if value < 20:
        return ONES[value]
    return TENS[value // 10] + (f"-{ONES[value % 10]}" if value % 10 else "")


@given(st.integers(0, 10**12 - 1))
def test_digits_separators_and_words_say_the_same(value: int) -> None:
    forms = _forms(f"{value}; {value:,}; {_spell(value)}; {_spell(value).replace(' and ', ' ')}; {value}.0")
    assert forms == [str(value)] * 5


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_two_numbers_are_equal_only_when_they_are(one: int, other: int) -> None:
    assert (_forms(_spell(one)) == _forms(f"{other:,}")) == (one == other)


@pytest.mark.parametrize(
    "ways",
    [
        ("3 million", "3,000,000", "three million", "3mn", "3-million"),
        ("5%", "5 percent", "five per cent", "5 pct", "5％", "five-percent"),
        ("$5 million", "5 million dollars", "US$5m", "USD 5 million", "five million U.S. dollars", "$5,000,000"),
        ("€2.5bn", "2.5 billion euros", "2.5 bn €", "two and a half billion euros", "€2½ billion"),
        ("21st", "twenty-first", "twenty first"),
        ("10,000", "10\u00a0000", "10\u202f000", "ten thousand", "10 thousand"),
        ("half a million", "500,000", "a half-million"),
        ("two dozen", "24"),
        ("−5", "minus five", "-5"),
        ("1", "one"),
        ("0.5", ".5", "½"),
        ("2019–20", "2019-20"),
    ],
)
def test_ways_of_writing_one_number_are_one(ways: tuple[str, ...]) -> None:
    assert {tuple(_forms(f"about {way} then")) for way in ways} == {tuple(_forms(ways[0]))}
    assert len(_forms(ways[0])) == 1


@pytest.mark.parametrize(
    "ways",
    [
        ("$5", "€5", "£5", "5", "5%", "5 percentage points", "A$5", "5th", "-5", "5 million", "5 pounds", "5k", "5.5"),
        ("3-1", "1-3", "3:1", "3"),
        ("5-10%", "5-10", "5-10 million", "$5-10 million"),
        ("1990s", "1990"),
        ("hundreds", "thousands", "100", "1,000"),
        ("two-thirds", "two-fifths", "two"),
        ("a million", "half a million", "millions"),
        ("G20", "20", "20th"),
        ("$3m", "3m", "3"),
    ],
)
def test_numbers_that_differ_in_anything_are_different(ways: tuple[str, ...]) -> None:
    assert len({tuple(_forms(f"about {way} then")) for way in ways}) == len(ways)


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("between one hundred and two hundred", ["100", "200"]),
        ("two thousand and three million", ["2000", "3000000"]),
        ("two million and three million", ["2000000", "3000000"]),
        ("one, two, three.", ["1", "2", "3"]),
        ("In 2019, 300 people", ["2019", "300"]),
        ("between $5 and €6", ["5 $", "6 €"]),
        ("someone at the tenor's stone", []),
    ],
)
def test_numbers_beside_each_other_are_not_joined(text: str, forms: list[str]) -> None:
    assert _forms(text) == forms


@given(st.text(max_size=400))
def test_any_text_is_read_and_every_place_is_in_it(text: str) -> None:
    plain = plain_numbers(text)
    found = list(quantities(plain))
    assert all(0 <= q.start < q.end <= len(plain) for q in found)
    assert [q.start for q in found] == sorted(q.start for q in found)


def test_endless_digits_and_scales_are_read() -> None:
    assert _forms("7" * 9000) == ["7" * 9000]
    assert _forms("3" + " million" * 9000)
