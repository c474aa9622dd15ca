"""Numbers spelled out in words, read from the tokens of a text."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple


def numbered(words: str, first: int = 0, step: int = 1) -> dict[str, int]:
    """The words, each with its number."""
    return {word: first + step * place for place, word in enumerate(words.split())}


_BELOW_20 = numbered(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
TENS = numbered("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10)
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
MULTIPLES = _SCALES | {"hundred": 100, "dozen": 12}


class Token(NamedTuple):
    """A piece of a text in small letters. `kind` is "word", "digits", or "sign" of a currency or of percent."""

    kind: str
    text: str
    start: int
    end: int
    joined: bool  # only white space or a hyphen is between it and the one before


def word_at(tokens: Sequence[Token], at: int, joined: bool = False) -> str:
    """The token's text; empty behind the end, or when it must be joined to the one before and is not."""
    return tokens[at].text if at < len(tokens) and (tokens[at].joined or not joined) else ""


def spelled(tokens: Sequence[Token], at: int) -> tuple[Fraction | None, int]:
    """The number that begins at a token, None if none does, and the token after it.

    `three million two hundred thousand and five`: groups of falling scales.
    """
    total: Fraction | None = None
    after, least = at, 10**15
    while True:
        begin = after + (total is not None and word_at(tokens, after, joined=True) == "and")
        value, end = _group(tokens, begin, joined=total is not None)
        half, end = and_a_half(tokens, end)
        scale = MULTIPLES.get(word_at(tokens, end, joined=True), 1)
        if value is None or scale >= least:  # "two thousand and three million" are two numbers
            return total, after
        total, after, least = (total or 0) + (value + half) * scale, end + (scale > 1), scale
        if scale < 1000 or half:
            return total, after


def _group(tokens: Sequence[Token], at: int, joined: bool) -> tuple[Fraction | None, int]:
    """Below a thousand (or so: nineteen hundred); also the `a` of `a million` and the `half a` of `half a million`."""
    word, following = word_at(tokens, at, joined), word_at(tokens, at + 1, joined=True)
    if word == "half" and following in ("a", "an") and word_at(tokens, at + 2, joined=True) in MULTIPLES:
        return Fraction(1, 2), at + 2
    value: Fraction | None
    if word in ("a", "an", "half") and following in MULTIPLES:
        value, after = Fraction(1, 2) if word == "half" else Fraction(1), at + 1
    else:
        value, after = _below_100(tokens, at, joined)
    if value is None or word_at(tokens, after, joined=True) != "hundred":
        return value, after
    value, after = value * 100, after + 1
    more, end = _below_100(tokens, after + (word_at(tokens, after, joined=True) == "and"), joined=True)
    if more is None or word_at(tokens, end, joined=True) == "hundred":  # "one hundred and two hundred"
        return value, after
    return value + more, end


def _below_100(tokens: Sequence[Token], at: int, joined: bool) -> tuple[Fraction | None, int]:
    word = word_at(tokens, at, joined)
    if word in _BELOW_20:
        return Fraction(_BELOW_20[word]), at + 1
    if word not in TENS:
        return None, at
    one = _BELOW_20.get(word_at(tokens, at + 1, joined=True), 0)
    return Fraction(TENS[word] + (one if one < 10 else 0)), at + 1 + (0 < one < 10)


def and_a_half(tokens: Sequence[Token], at: int) -> tuple[Fraction, int]:
    """A half if these words stand here, else nothing; and the token after it."""
    said = [word_at(tokens, at + i, joined=True) for i in range(3)] == ["and", "a", "half"]
    return (Fraction(1, 2), at + 3) if said else (Fraction(0), at)
