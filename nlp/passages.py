"""A text as its words and its passages of a few words, made comparable with another's."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import NamedTuple

LENGTH = 3  # words of a passage: a shorter one is in any text
SKETCHED = 5  # words of a passage in a sketch: phrases that everyone uses are shorter
ROWS = 16  # of a sketch; see bench.duplicates for what more and fewer find
_WORD = re.compile(r"[^\W_]+")
_STEM = 4  # letters from which a last "s" is left out: "nation's", "nations" and "nation s" are written for one another

Passage = tuple[str, ...]


class Word(NamedTuple):
    """`text[start:end]`, and `key`, by which it is compared."""

    key: str
    start: int
    end: int


@dataclass(frozen=True)
class Passages:
    """A text and its words, without the marks and the letter case that sites change when they take over a text."""

    text: str
    words: tuple[Word, ...]

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The words as they are compared, in order."""
        return tuple(word.key for word in self.words)

    @cached_property
    def all(self) -> list[Passage]:
        """All passages of LENGTH words, each where it begins."""
        return list(_runs(self.keys, LENGTH))

    @cached_property
    def distinct(self) -> frozenset[Passage]:
        """The same, each once."""
        return frozenset(self.all)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The keys, each once."""
        return frozenset(self.keys)

    @cached_property
    def ordered(self) -> list[str]:
        """The same in order, to find those that begin alike."""
        return sorted(self.vocabulary)

    @cached_property
    def small(self) -> frozenset[str]:
        """The keys of the words that stand in small letters somewhere: no names."""
        return frozenset(w.key for w in self.words if self.text[w.start : w.end].islower())


def read(text: str) -> Passages:
    """The words of `text`; single letters are left out, since "U.S." and "US" are written for one another."""
    return Passages(text, tuple(_words(text)))


def sketch(passages: Passages) -> list[int]:
    """At most ROWS signed 64-bit numbers: of two texts that share a passage often, several are the same.

    They are the lowest hashes of the passages of SKETCHED words (Broder, On the resemblance and containment of
    documents, 1997). They are stored, so they come from BLAKE2, which is the same everywhere and always.
    """
    runs = {" ".join(run) for run in _runs(passages.keys, SKETCHED)}
    return sorted(map(_number, runs))[:ROWS]


def _number(passage: str) -> int:
    return int.from_bytes(blake2b(passage.encode("utf-8", "replace"), digest_size=8).digest(), signed=True)


def _words(text: str) -> Iterator[Word]:
    for match in _WORD.finditer(text):
        written = match[0]
        if len(written) > 1 or written.isdigit():
            key = written.casefold()
            yield Word(key[:-1] if len(key) >= _STEM and key.endswith("s") else key, *match.span())


def _runs(keys: tuple[str, ...], length: int) -> Iterator[Passage]:
    return (keys[place : place + length] for place in range(len(keys) - length + 1))
