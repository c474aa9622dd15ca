"""Vectors as a large desk would have them: many more than there are real articles, and as alike as real ones are."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from numpy.typing import NDArray

from nlp.likeness import lead
from nlp.sentences import split_sentences
from workers.engines.embedder import Embedder

Matrix = NDArray[np.float32]
KIN = 15  # the real neighbours towards one of which a vector is moved
SPREAD = (
    0.2,
    1.0,
)  # how far it is then moved at random; of these, cosines come nearest to those of 20,000 real vectors
PERCENTILES = (5, 25, 50, 75, 95)


def real_vectors(articles: Sequence[dict[str, str]], processes: int) -> Matrix:
    """What the neighbours task would store for these articles."""
    with ProcessPoolExecutor(processes) as pool:  # each loads its own engine: none is loaded before the fork
        return np.concatenate(list(pool.map(_embed, [articles[i::processes] for i in range(processes)])))


def _embed(articles: Sequence[dict[str, str]]) -> Matrix:
    texts = (lead(one["title"], one["text"], split_sentences(one["text"])) for one in articles)
    return Embedder().embed(list(texts))


class Likely:
    """Draws unit vectors: between a real one and one of its neighbours, then jittered along the real ones' axes.

    Jitter along all axes alike would make every pair as far apart as every other, and recall meaningless.
    """

    def __init__(self, real: Matrix) -> None:
        self.real = real
        self._kin = nearest(real, real, KIN + 1)[0][:, 1:]
        values, axes = np.linalg.eigh(np.cov(real.T))
        self._axes = (axes * np.sqrt(np.clip(values, 0, None))).T.astype(np.float32)

    def draw(self, count: int, seed: int) -> Matrix:
        """`count` new vectors; the same ones for the same seed."""
        random = np.random.default_rng(seed)
        one = random.integers(len(self.real), size=count)
        other = self._kin[one, random.integers(KIN, size=count)]
        share = random.random((count, 1), dtype=np.float32)
        spread = random.uniform(*SPREAD, size=(count, 1)).astype(np.float32)
        jitter = random.standard_normal((count, self.real.shape[1]), dtype=np.float32) @ self._axes
        drawn: Matrix = (1 - share) * self.real[one] + share * self.real[other] + spread * jitter
        return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def nearest(asked: Matrix, known: Matrix, count: int) -> tuple[NDArray[np.int64], Matrix]:
    """Places and cosines of the `count` most alike of `known`, best first."""
    places, cosines = [], []
    for start in range(0, len(asked), 1000):
        alike = asked[start : start + 1000] @ known.T
        some = np.argpartition(-alike, count, axis=1)[:, :count]
        order = np.argsort(-np.take_along_axis(alike, some, axis=1), axis=1)
        places.append(np.take_along_axis(some, order, axis=1))
        cosines.append(np.take_along_axis(alike, places[-1], axis=1))
    return np.concatenate(places), np.concatenate(cosines)


def nearest_cosines(vectors: Matrix) -> dict[str, list[float]]:
    """Percentiles 5, 25, 50, 75 and 95 of each vector's cosine with its nearest and its tenth nearest fellow."""
    cosines = nearest(vectors, vectors, 11)[1]
    return {f"{n}.": [round(float(p), 3) for p in np.percentile(cosines[:, n], PERCENTILES)] for n in (1, 10)}
