"""An article's text cut into paragraphs with its marks: where the summary's sentences are, and which names are what.

Marks overlap as they like: a sentence holds names, two sentences of a summary rest on one place, a name runs over the
end of a sentence. What comes out nests: paragraphs of runs of pieces, a run being within the same sentences throughout
and a piece within the same name.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_PARAGRAPH = re.compile(r"\S(?:(?!\n[^\S\n]*\n).)*", re.DOTALL)

Place = tuple[int, int]  # start and end in the text, in code points


@dataclass(frozen=True)
class Name:
    """`text[start:end]` names the entity with this id, which is a PER, ORG, LOC or MISC."""

    start: int
    end: int
    entity_id: int
    type: str
    entity: str


@dataclass(frozen=True)
class Piece:
    """Characters within one name or none. `opens` and `closes`: it has the name's first and last character."""

    text: str
    name: Name | None = None
    opens: bool = False
    closes: bool = False


@dataclass(frozen=True)
class Run:
    """Pieces within the same sentences of the summary, by their numbers from 1; `starts` are those that begin here."""

    sentences: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    pieces: tuple[Piece, ...]


Paragraph = tuple[Run, ...]


def marked(text: str, sentences: Sequence[Place], names: Sequence[Name]) -> list[Paragraph]:
    """The paragraphs of the text, none empty, with all marks in their places.

    White space between paragraphs is left out, and nothing else. Places that are not in the text are left out, and of
    names that overlap the one that begins first (of two, the longer one) is kept.
    """
    numbered = [(start, end, n) for n, (start, end) in enumerate(sentences, 1) if 0 <= start < end <= len(text)]
    kept = _apart([name for name in names if 0 <= name.start < name.end <= len(text)])
    return [tuple(_runs(text, start, end, numbered, kept)) for start, end in paragraphs(text)]


def paragraphs(text: str) -> list[Place]:
    """The places of the paragraphs: what empty lines part, without white space around it."""
    found = ((match.start(), match.start() + len(match[0].rstrip())) for match in _PARAGRAPH.finditer(text))
    return list(found)


def _apart(names: Sequence[Name]) -> list[Name]:
    kept: list[Name] = []
    for name in sorted(names, key=lambda name: (name.start, -name.end)):
        if not kept or name.start >= kept[-1].end:
            kept.append(name)
    return kept


def _runs(
    text: str, start: int, end: int, sentences: Sequence[tuple[int, int, int]], names: Sequence[Name]
) -> Iterator[Run]:
    here = [(max(s, start), min(e, end), n, s, e) for s, e, n in sentences if s < end and e > start]
    cuts = sorted({start, end, *(s for s, *_ in here), *(e for _, e, *_ in here)})
    for left, right in pairwise(cuts):
        within = [(n, s, e) for low, high, n, s, e in here if low <= left and right <= high]
        yield Run(
            sentences=tuple(n for n, _, _ in within),
            starts=tuple(
                n for n, s, _ in within if left == max(s, start) and (s >= start or not text[s:start].strip())
            ),
            ends=tuple(n for n, _, e in within if right == min(e, end) and (e <= end or not text[end:e].strip())),
            pieces=tuple(_pieces(text, left, right, names)),
        )


def _pieces(text: str, start: int, end: int, names: Sequence[Name]) -> Iterator[Piece]:
    at = start
    for name in names[bisect_right(names, start, key=lambda name: name.end) :]:
        if name.start >= end:
            break
        left, right = max(name.start, start), min(name.end, end)
        if at < left:
            yield Piece(text[at:left])
        yield Piece(text[left:right], name, left == name.start, right == name.end)
        at = right
    if at < end:
        yield Piece(text[at:end])
