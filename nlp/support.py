"""Which place of an article supports a sentence written about it, by the words that they share."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from nlp.sentences import split_sentences
from nlp.spans import Span

RULE = 1  # part of the lineage: raise it when results change
LONGEST = 3  # sentences of one place
WORTH = 0.1  # of the sentence's weight that each further sentence of a place must add
_WORD = re.compile(r"[^\W_]+")


class Supported(NamedTuple):
    """A written sentence, the place `source[start:end]` that supports it, and the share of its words found there."""

    start: int
    end: int
    text: str
    score: float


def support(source: str, sentences: Sequence[Span], summary: str) -> list[Supported]:
    """Each sentence of the summary with the place of the source that shares most with it; score 0 where nothing does.

    A place is up to three neighbouring `sentences`. A word weighs the more the fewer of them have it; of equal places
    the first and shortest counts.
    """
    words = [_words(source[start:end]) for start, end in sentences]
    spread = Counter(word for some in words for word in some)
    return [
        _best(sentences, words, {word: 1 / spread.get(word, 1) for word in _words(text)}, text)
        for text in (summary[start:end] for start, end in split_sentences(summary))
    ]


def _best(
    sentences: Sequence[Span], words: Sequence[frozenset[str]], weights: dict[str, float], text: str
) -> Supported:
    whole = sum(weights.values()) or 1.0
    best, found = (0.0, 0.0), Span(0, 0)
    for first in range(len(sentences)):
        shared: set[str] = set()
        for last in range(first, min(first + LONGEST, len(sentences))):
            shared |= weights.keys() & words[last]
            share = sum(weights[word] for word in sorted(shared)) / whole
            if share - WORTH * (last - first) > best[0]:
                best, found = (share - WORTH * (last - first), share), Span(sentences[first].start, sentences[last].end)
    return Supported(found.start, found.end, text, best[1])


def _words(text: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in _WORD.findall(text))
