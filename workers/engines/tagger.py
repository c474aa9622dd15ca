"""Find the names of people, organisations, places and other things in sentences."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.bio import decode
from nlp.capitals import may_name
from nlp.packing import pack
from nlp.spans import Mention, Span
from nlp.windows import windows
from nlp.words import split_words
from workers.engines.onnx import CHECKPOINTS, Text, open_checkpoint
from workers.engines.pieces import CLS, SEP, Pieces, remembered

_BUDGET = 128  # padded tokens of one call, where texts may share one; more would be more padding, no more speed


class _Words(NamedTuple):
    """The words of a sentence that the network sees: where they are, and their pieces."""

    spans: list[Span]
    pieces: list[Pieces]


class _Window(NamedTuple):
    """What the network reads in one row: the words from `start` to `stop`, of which it decides those from `own`."""

    sentence: int
    start: int
    own: int
    stop: int
    text: Text


class Tagger:
    """A token-classification network that reads letter case as token types, one thread."""

    def __init__(self, folder: Path = CHECKPOINTS / "tagger") -> None:
        """Load the folder. Raises CheckpointError."""
        self._checkpoint = open_checkpoint(folder)
        self._pieces = remembered(self._checkpoint.tokenizer)
        self.name = self._checkpoint.name
        self.weights = self._checkpoint.weights
        self.labels: tuple[str, ...] = tuple(self._checkpoint.manifest["labels"])
        self._budget = _BUDGET if self._checkpoint.manifest.get("scales") == "fixed" else 0
        self._room = int(self._checkpoint.manifest["max_tokens"]) - 2

    def tag(self, sentences: Sequence[str]) -> list[list[Mention]]:
        """The names in each sentence, in order, at code points of that sentence; `score` is 0 to 1.

        Sentences of like length share a call if the scales are fixed; else each has its own. One longer than the
        network's window is read in overlapping windows; one without capitals (`nlp.capitals`) is not read: it has no
        names. What is found depends on the sentence alone.
        """
        read = self._read(sentences)
        chances = [np.zeros((len(words.spans), len(self.labels)), dtype=np.float32) for words in read]
        rows = [row for place, words in enumerate(read) for row in self._windows(place, words.pieces)]
        for batch in pack([len(row.text[0]) for row in rows], self._budget):
            some = [rows[place] for place in batch]
            for row, logits in zip(some, self._checkpoint.run([row.text for row in some]), strict=True):
                words = read[row.sentence].pieces[row.start : row.stop]
                chances[row.sentence][row.own : row.stop] = _chances(logits, words)[row.own - row.start :]
        return [self._mentions(words.spans, some) for words, some in zip(read, chances, strict=True)]

    def _read(self, sentences: Sequence[str]) -> list[_Words]:
        """The words of each sentence, and none of one in which no word may be a name."""
        spans = [_spans(sentence) for sentence in sentences]
        words = [text[start:end] for text, some in zip(sentences, spans, strict=True) for start, end in some]
        pieces = iter(self._pieces.of(words))
        seen = [[(span, its) for span, its in zip(some, pieces, strict=False) if its.ids] for some in spans]
        return [_Words([span for span, _ in some], [its for _, its in some]) for some in seen]

    def _windows(self, sentence: int, words: Sequence[Pieces]) -> Iterator[_Window]:
        for start, own, stop in windows([len(word.ids) for word in words], self._room):
            ids = [CLS, *(piece for word in words[start:stop] for piece in word.ids), SEP]
            cases = [0, *(case for word in words[start:stop] for case in word.cases), 0]
            yield _Window(sentence, start, own, stop, (ids, cases))

    def _mentions(self, spans: Sequence[Span], chances: NDArray[np.float32]) -> list[Mention]:
        names = decode(chances, self.labels)
        return [Mention(spans[first].start, spans[end - 1].end, kind, score) for first, end, kind, score in names]


def _spans(sentence: str) -> list[Span]:
    spans = list(split_words(sentence))
    return spans if may_name(sentence[start:end] for start, end in spans) else []


def _chances(logits: NDArray[np.float32], words: Sequence[Pieces]) -> NDArray[np.float32]:
    """The probability of each label at the first piece of each word: shape (words, labels)."""
    firsts = np.cumsum([1] + [len(word.ids) for word in words[:-1]])
    logits = logits[firsts]
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    chances: NDArray[np.float32] = powers / powers.sum(axis=-1, keepdims=True)
    return chances
