"""From the probability of each BIO label at each word to names."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray


def decode(chances: NDArray[np.float32], labels: Sequence[str]) -> Iterator[tuple[int, int, str, float]]:
    """(first word, one past the last, type, score) of each name on the likeliest valid path; chances (words, labels).

    A path is valid if every I- label continues a name of its type. The score is the mean probability, over the
    words of the name, of its type's two labels.
    """
    path = best_path(chances, labels)
    start = 0
    while start < len(path):
        prefix, _, kind = labels[path[start]].partition("-")
        end = start + 1
        if prefix != "O":
            inside = labels.index(f"I-{kind}")
            while end < len(path) and path[end] == inside:
                end += 1
            both = chances[start:end, [labels.index(f"B-{kind}"), inside]]
            yield start, end, kind, min(1.0, float(both.sum(axis=1).mean()))
        start = end


def best_path(chances: NDArray[np.float32], labels: Sequence[str]) -> list[int]:
    """The valid path with the highest product of probabilities (Viterbi, without weights on the transitions)."""
    greedy: list[int] = chances.argmax(axis=1).tolist() if len(chances) else []
    follows = {i: _may_follow(i, labels) for i in set(greedy)}
    if all(before in follows[after] for before, after in zip([-1, *greedy], greedy, strict=False)):
        return greedy
    allowed = np.full((len(labels) + 1, len(labels)), -np.inf)  # the last row is the beginning of the sentence
    for i in range(len(labels)):
        allowed[list(_may_follow(i, labels)), i] = 0.0
    log = np.log(np.maximum(chances, 1e-30))
    total = log[0] + allowed[-1]
    back: list[NDArray[np.intp]] = []
    for row in log[1:]:
        steps = total[:, None] + allowed[:-1]
        back.append(steps.argmax(axis=0))
        total = steps.max(axis=0) + row
    path = [int(total.argmax())]
    for pointers in reversed(back):
        path.append(int(pointers[path[-1]]))
    return path[::-1]


def _may_follow(label: int, labels: Sequence[str]) -> set[int]:
    """The labels after which this one is valid; -1 is the beginning of the sentence."""
    prefix, _, kind = labels[label].partition("-")
    if prefix == "I":
        return {labels.index(f"B-{kind}"), label}
    return {-1, *range(len(labels))}
