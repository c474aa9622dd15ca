"""How alike two articles are: one score from nothing but the two of them, whatever else is stored and in any company.

All sums are sums of whole numbers, which floats hold exactly, so that neither the order nor the company of a
calculation shows in its result. The weights: docs/decisions/0010-likeness.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.terms import SCALE, Profile, short_hash

RULE = "likeness 1"  # raise it when scores change
WORDS, VECTOR, NAMES, NUMBERS = 4 / 9, 2 / 9, 1 / 9, 2 / 9
LITTLE = (5 * SCALE) ** 2  # added to squared lengths: two articles that have one rare word each are not yet alike
FADED, FADE_DAYS = 0.25, 30.0  # what the score loses to time, at most and after how long
STEP = 10_000  # scores are whole steps: exactly the same number wherever and with whomever a pair is scored

Matrix = NDArray[np.float64]


class Features(NamedTuple):
    """What of an article is compared, as it is stored, and when the article appeared.

    `hashes` has 4 bytes a term, `weights` one; `names` and `numbers` have a bit a term; `vector` a byte a dimension.
    """

    hashes: bytes
    weights: bytes
    names: bytes
    numbers: bytes
    vector: bytes
    published: datetime | None = None


def features(
    profile: Profile, vector: Sequence[float] | NDArray[np.float32], published: datetime | None = None
) -> Features:
    """What is compared, of an article with this profile and this vector."""
    words = profile.words
    hashes = np.array([short_hash(word.lower()) for word in words], dtype="<i4")
    names = np.packbits(np.array([word != word.lower() for word in words], dtype=bool))
    numbers = np.packbits(np.array([word[0] <= "9" for word in words], dtype=bool))  # a letter or a digit comes first
    return Features(hashes.tobytes(), profile.weights, names.tobytes(), numbers.tobytes(), quantised(vector), published)


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
    known, articles = np.unique(np.frombuffer(b"".join(one.hashes for one in ones), dtype="<i4"), return_counts=True)
    if others is ones:
        known = known[articles > 1]  # what only one of them has is in no product
    mine = _spread(ones, known)
    theirs = mine if others is ones else _spread(others, known)
    words, names, numbers = (_cosines(a, b) for a, b in zip(mine, theirs, strict=True))
    return Parts(words, _vector_cosines(ones, others), names, numbers, _hours(ones, others))


@dataclass(frozen=True)
class _Side:
    """One row an article: weights at the places of the terms, and the squared length of all its weights."""

    weights: Matrix
    squares: Matrix


def _spread(articles: Sequence[Features], known: NDArray[np.int32]) -> tuple[_Side, _Side, _Side]:
    """All terms, the names among them, and the numbers among them; those that are not known count for lengths only."""
    sizes = np.array([len(article.weights) for article in articles], dtype=np.int64)
    rows = np.repeat(np.arange(len(articles)), sizes)
    hashes = np.frombuffer(b"".join(article.hashes for article in articles), dtype="<i4")
    weights = np.frombuffer(b"".join(article.weights for article in articles), dtype=np.uint8).astype(np.float64)
    bits = _bit_places(sizes)
    names, numbers = (
        np.unpackbits(np.frombuffer(b"".join(packed), dtype=np.uint8))[bits]
        for packed in ([article.names for article in articles], [article.numbers for article in articles])
    )
    there, places = _known_at(hashes, known)
    at = rows[there], places
    sides = []
    for chosen in (weights, weights * names, weights * numbers):
        spread = np.zeros((len(articles), len(known)))
        spread[at] = chosen[there]
        sides.append(_Side(spread, np.bincount(rows, chosen * chosen, len(articles)).astype(np.float64)))
    return sides[0], sides[1], sides[2]


def _known_at(hashes: NDArray[np.int32], known: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which of the hashes are known, and their places there. Few are, and the last bits of most others say so."""
    ends = np.zeros(1 << 16, dtype=bool)
    ends[known & 0xFFFF] = True
    likely = np.flatnonzero(ends[hashes & 0xFFFF])
    places = np.searchsorted(known, hashes[likely])
    is_known = known[np.minimum(places, len(known) - 1)] == hashes[likely]
    return likely[is_known], places[is_known]


def _bit_places(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where so many bits of each article are, of all articles' one after the other: each begins with a whole byte."""
    filled = -sizes % 8  # bits after the last one that counts
    before = np.cumsum(filled) - filled
    places: NDArray[np.int64] = np.arange(sizes.sum()) + np.repeat(before, sizes)
    return places


def _cosines(a: _Side, b: _Side) -> Matrix:
    products = a.weights @ b.weights.T
    if a is b:
        np.fill_diagonal(products, a.squares)
    return products / np.sqrt(np.multiply.outer(a.squares + LITTLE, b.squares + LITTLE))


def _vector_cosines(ones: Sequence[Features], others: Sequence[Features]) -> Matrix:
    a, b = (_vectors(side) for side in (ones, others))
    squares = np.multiply.outer((a * a).sum(axis=1), (b * b).sum(axis=1))
    cosines: Matrix = (a @ b.T) / np.sqrt(np.maximum(squares, 1))
    return cosines


def _vectors(articles: Sequence[Features]) -> Matrix:
    joined = np.frombuffer(b"".join(article.vector for article in articles), np.int8)
    return joined.reshape(len(articles), -1 if articles else 0).astype(np.float64)


def _hours(ones: Sequence[Features], others: Sequence[Features]) -> Matrix:
    a, b = (np.array([x.published.timestamp() if x.published else np.nan for x in side]) for side in (ones, others))
    hours: Matrix = np.abs(np.subtract.outer(a, b)) / 3600
    return hours
