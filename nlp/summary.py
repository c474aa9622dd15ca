"""Which sentences of an article make its summary.

A sentence is worth more the nearer it is to the beginning and the more words it shares with the headline, and less the
more it says again what is chosen already. The weights: docs/decisions/0007-summary.md.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.spans import Span

RULE = 2  # part of the lineage: raise it when the choice of sentences changes
HEADLINE, POSITION, REPEATS = 0.3, 1.0, 0.6
SAME = 0.95  # cosine from which two sentences say the same
SHORTEST, LONGEST = 6, 70  # words
MOST_CANDIDATES = 120  # sentences looked at: what news has to say is said by then, and time stays bounded

_DANGLING = re.compile(
    r"""^["“‘'(\s]*(he|she|they|it|his|her|their|its|this|that|these|those|such|both|
    but|and|or|so|yet|however|also|still|then|meanwhile|moreover|instead|nevertheless|nonetheless|
    in\ addition|on\ the\ other\ hand|for\ (example|instance)|as\ a\ result|the\ (former|latter))\b""",
    re.IGNORECASE | re.VERBOSE,
)
_SPOKEN_BY_PRONOUN = re.compile(
    r"[”\"’],?\s+(he|she|they)\s+\w+\.?$|^(he|she|they)\s+(said|added|told)\b", re.IGNORECASE
)
_CAPTION = re.compile(
    r"^\W*(photo|image|picture|caption|file photo|illustration|video|credit|source)\b\s*[:|]", re.IGNORECASE
)
_END = re.compile(r"[.!…][\"”’')\]]*$")


@dataclass(frozen=True)
class Candidate:
    """A sentence that may be chosen. `index` counts the article's sentences from 0."""

    start: int
    end: int
    index: int
    sound: bool
    dangling: bool


@dataclass(frozen=True)
class Chosen:
    """A sentence of the summary, with its score (0 to about 1.3)."""

    start: int
    end: int
    score: float


def candidates(text: str, sentences: Sequence[Span]) -> list[Candidate]:
    """The sentences to choose from, with their flaws."""
    return [
        Candidate(start, end, index, _sound(text[start:end]), _is_dangling(text[start:end]))
        for index, (start, end) in enumerate(sentences[:MOST_CANDIDATES])
    ]


def length(sentences: int, most: int) -> int:
    """How many sentences a summary of an article has: about a third, at least one and at most `most`."""
    return min(most, max(1, sentences // 3), sentences)


def choose(
    worth: Sequence[Candidate], headline: NDArray[np.float32] | None, vectors: NDArray[np.float32], most: int
) -> list[Chosen]:
    """The best sentences, in the order of the text.

    `vectors` has one row per candidate and `headline` is one more (`nlp.bags`); without one the article as a whole is.
    Sound sentences come first; a dangling one ("But he said ...") is taken only behind the sentence that it hangs on,
    or when nothing else is left.
    """
    scores = _scores(headline, vectors)
    wanted = length(len(worth), most)
    chosen: list[int] = []
    while len(chosen) < wanted:
        said = _said(vectors, chosen)
        left = [i for i in range(len(worth)) if i not in chosen]
        best = max(left, key=lambda i: (_tier(worth, i, chosen, said), scores[i] - REPEATS * said[i], -i))
        chosen.append(best)
    return [Chosen(worth[i].start, worth[i].end, float(scores[i])) for i in sorted(chosen)]


def _tier(worth: Sequence[Candidate], i: int, chosen: Sequence[int], said: NDArray[np.float32]) -> int:
    """2 for one that stands by itself, 1 for one that hangs on another, 0 for no statement or nothing new."""
    if not worth[i].sound or said[i] >= SAME:
        return 0
    return 1 if worth[i].dangling and i - 1 not in chosen else 2


def _said(vectors: NDArray[np.float32], chosen: Sequence[int]) -> NDArray[np.float32]:
    """How much of each sentence the chosen ones say (maximal marginal relevance, Carbonell and Goldstein 1998)."""
    if not chosen:
        return np.zeros(len(vectors), dtype=np.float32)
    nearest: NDArray[np.float32] = (vectors @ vectors[list(chosen)].T).max(axis=1)
    return nearest


def _scores(headline: NDArray[np.float32] | None, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    subject = vectors.sum(axis=0) if headline is None else headline
    likeness = vectors @ subject / max(float(np.linalg.norm(subject)), 1e-9)
    position = 1 / np.sqrt(1 + np.arange(len(vectors), dtype=np.float32))
    return (HEADLINE * likeness + POSITION * position).astype(np.float32)


def _sound(sentence: str) -> bool:
    """A whole statement of readable length: no question, no caption, no fragment."""
    words = len(sentence.split())
    return SHORTEST <= words <= LONGEST and bool(_END.search(sentence)) and not _CAPTION.match(sentence)


def _is_dangling(sentence: str) -> bool:
    return bool(_DANGLING.match(sentence) or _SPOKEN_BY_PRONOUN.search(sentence))
