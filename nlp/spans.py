"""Places in a text. All offsets count Unicode code points, as Python's slices do."""

from typing import NamedTuple


class Span(NamedTuple):
    """`text[start:end]`."""

    start: int
    end: int


class Mention(NamedTuple):
    """One occurrence of a name: where, of which type (PER, ORG, LOC, MISC), and how sure (0 to 1)."""

    start: int
    end: int
    type: str
    score: float
