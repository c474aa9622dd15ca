"""How alike two articles are: one score from nothing but the two of them, whatever else is stored and in any company.

All sums are sums of whole numbers, which floats hold exactly, so that neither the order nor the company of a
calculation shows in its result. The weights: docs/decisions/0010-likeness.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from nlp.terms import SCALE, Profile

RULE = "likeness 1"  # raise it when scores change
WORDS, VECTOR, NAMES, NUMBERS = 4 / 9, 2 / 9, 1 / 9, 2 / 9
LITTLE = (5 * SCALE) ** 2  # added to squared lengths: two articles that have one rare word each are not yet alike
FADED, FADE_DAYS = 0.25, 30.0  # what the score loses to time, at most and after how long
STEP = 10_000  # scores are whole steps: exactly the same number wherever and with whomever a pair is scored

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Features:
    """What of an article is compared: its terms, its vector in whole numbers (`quantised`), and when it appeared."""

    profile: Profile
    vector: bytes
    published: datetime | None = None


@dataclass(frozen=True)
class Parts:
    """What a score is made of, each of shape (ones, others): cosines of words, vectors, names, numbers, and hours.

    `hours` is not a number where an article has no date.
    """

    words: Matrix
    vector: Matrix
    names: Matrix
    numbers: Matrix
    hours: Matrix


def quantised(vector: Sequence[float] | NDArray[np.float32]) -> bytes:
    """A vector in a byte a dimension, its longest dimension being 127. Cosines stay within about 0.005."""
    values = np.asarray(vector, dtype=np.float64)
    longest = max(float(np.abs(values).max(initial=0)), 1e-9)
    return np.rint(values * (127 / longest)).astype(np.int8).tobytes()


def scores(ones: Sequence[Features], others: Sequence[Features]) -> Matrix:
    """How alike each of `ones` is to each of `others`: 0 (nothing in common) to about 1 (the same article)."""
    return score(parts(ones, others))


def score(found: Parts) -> Matrix:
    """The score: a weighted mean of the cosines, less up to a quarter for time. Without a date nothing is lost."""
    vector = np.maximum(found.vector, 0)
    alike = WORDS * found.words + VECTOR * vector + NAMES * found.names + NUMBERS * found.numbers
    late = np.minimum(np.nan_to_num(found.hours) / (24 * FADE_DAYS), 1)
    rounded: Matrix = np.rint(alike * (1 - FADED * late) * STEP) / STEP
    return rounded


def parts(ones: Sequence[Features], others: Sequence[Features]) -> Parts:
    """The cosines and hours between each of `ones` and each of `others`."""
    places: dict[str, int] = {}
    for one in ones:
        for word in one.profile.words:
            places.setdefault(word.lower(), len(places))
    mine = _spread(ones, places)
    theirs = mine if others is ones else _spread(others, places)
    words, names, numbers = (_cosines(a, b) for a, b in zip(mine, theirs, strict=True))
    return Parts(words, _vector_cosines(ones, others), names, numbers, _hours(ones, others))


@dataclass(frozen=True)
class _Side:
    """One row an article: weights at the places of the words, and the squared length of all its weights."""

    weights: Matrix
    squares: Matrix


def _spread(articles: Sequence[Features], places: dict[str, int]) -> tuple[_Side, _Side, _Side]:
    """All words, the names among them, and the numbers among them."""
    kinds = [np.zeros((len(articles), len(places) + 1)) for _ in range(3)]
    squares = np.zeros((3, len(articles)))
    for row, article in enumerate(articles):
        words = article.profile.words
        lower = " ".join(words).lower().split(" ") if words else []
        weights = np.frombuffer(article.profile.weights, dtype=np.uint8).astype(np.float64)
        at = np.array([places.get(word, -1) for word in lower], dtype=np.intp)
        name = np.array([word != small for word, small in zip(words, lower, strict=True)], dtype=bool)
        number = np.array([word[0] <= "9" for word in words], dtype=bool)  # words begin with a letter or a digit
        for kind, chosen in enumerate((np.ones(len(words), dtype=bool), name, number)):
            kinds[kind][row, at[chosen]] = weights[chosen]
            squares[kind, row] = (weights[chosen] ** 2).sum()
    return tuple(_Side(k[:, :-1], s) for k, s in zip(kinds, squares, strict=True))  # type: ignore[return-value]


def _cosines(a: _Side, b: _Side) -> Matrix:
    return (a.weights @ b.weights.T) / np.sqrt(np.multiply.outer(a.squares + LITTLE, b.squares + LITTLE))


def _vector_cosines(ones: Sequence[Features], others: Sequence[Features]) -> Matrix:
    a, b = (np.array([np.frombuffer(x.vector, np.int8) for x in side], np.float64) for side in (ones, others))
    squares = np.multiply.outer((a * a).sum(axis=1), (b * b).sum(axis=1))
    cosines: Matrix = (a @ b.T) / np.sqrt(np.maximum(squares, 1))
    return cosines


def _hours(ones: Sequence[Features], others: Sequence[Features]) -> Matrix:
    a, b = (np.array([x.published.timestamp() if x.published else np.nan for x in side]) for side in (ones, others))
    hours: Matrix = np.abs(np.subtract.outer(a, b)) / 3600
    return hours
