"""A text as its words and its passages of a few words, made comparable with another's."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from heapq import nsmallest
from zlib import crc32

LENGTH = 3  # words of a passage: a shorter one is in any text
SKETCHED = 5  # words of a passage in a sketch: phrases that everyone uses are shorter
ROWS = 16  # of a sketch; see bench.duplicates for what more and fewer find
_WORD = re.compile(r"[^\W_]+")
_STEM = 4  # letters from which a last "s" is left out: "nation's", "nations" and "nation s" are written for one another

Passage = tuple[str, ...]


@dataclass(frozen=True)
class Passages:
    """A text as it is compared: without the marks and the letter case that sites change when they take over a text."""

    text: str

    @cached_property
    def written(self) -> list[str]:
        """The words as they stand there, in order."""
        return [written for written in _WORD.findall(self.text) if len(written) > 1 or written.isdigit()]

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The same as they are compared."""
        folded = map(str.casefold, self.written)
        return tuple([key[:-1] if len(key) >= _STEM and key.endswith("s") else key for key in folded])

    @cached_property
    def places(self) -> list[tuple[int, int]]:
        """Where each of them begins and ends."""
        return [match.span() for match in _WORD.finditer(self.text) if len(match[0]) > 1 or match[0].isdigit()]

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
        return frozenset(key for key, written in zip(self.keys, self.written, strict=True) if written.islower())


def read(text: str) -> Passages:
    """The words of `text`; single letters are left out, since "U.S." and "US" are written for one another."""
    return Passages(text)


def sketch(passages: Passages) -> list[int]:
    """At most ROWS signed 64-bit numbers: of two texts that share a passage often, several are the same.

    They stand for the passages of SKETCHED words whose checksums are lowest (Broder, On the resemblance and containment
    of documents, 1997). They are stored, so they come from CRC-32 and BLAKE2, which are the same everywhere and always.
    """
    runs = {" ".join(run).encode("utf-8", "replace") for run in _runs(passages.keys, SKETCHED)}
    lowest = nsmallest(ROWS, ((crc32(run), run) for run in runs))
    return [_number(run) for _, run in lowest]


def _number(passage: bytes) -> int:
    return int.from_bytes(blake2b(passage, digest_size=8).digest(), signed=True)


def _runs(keys: tuple[str, ...], length: int) -> Iterator[Passage]:
    return zip(*(keys[start:] for start in range(length)), strict=False)
