"""Names are read off the likeliest valid path of labels."""

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from nlp.bio import best_path, decode

LABELS = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")
CHANCES = st.integers(0, 4).flatmap(lambda n: arrays(np.float32, (n, 5), elements=st.floats(0.0078125, 1, width=32)))


def valid(path: tuple[int, ...]) -> bool:
    pairs = zip((0, *path), path, strict=False)
    return all(not LABELS[b].startswith("I") or (a and LABELS[a][2:] == LABELS[b][2:]) for a, b in pairs)


@given(CHANCES)
def test_no_valid_path_is_likelier(chances: NDArray[np.float32]) -> None:
    def worth(path: tuple[int, ...]) -> float:
        return float(sum(np.log(chances[i, label]) for i, label in enumerate(path)))

    found = tuple(best_path(chances, LABELS))
    assert valid(found)
    best = max(worth(path) for path in product(range(5), repeat=len(chances)) if valid(path))
    assert worth(found) >= best - 1e-4


def test_neighbouring_names_stay_apart_and_scores_are_means() -> None:
    chances = np.zeros((4, 5), dtype=np.float32)
    chances[[0, 1, 2, 3], [1, 2, 1, 0]] = [0.9, 0.7, 0.5, 1.0]
    found = [(a, b, kind, round(score, 3)) for a, b, kind, score in decode(chances, LABELS)]
    assert found == [(0, 2, "PER", 0.8), (2, 3, "PER", 0.5)]


@given(CHANCES)
def test_names_do_not_overlap(chances: NDArray[np.float32]) -> None:
    end = 0
    for start, stop, _, score in decode(chances, LABELS):
        assert end <= start < stop <= len(chances)
        assert 0 <= score <= 1
        end = stop
