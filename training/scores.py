"""Exact-span precision, recall and F1 over PER, ORG and LOC, as CoNLL-2003 counts them."""

from collections import Counter
from collections.abc import Iterable

SCORED = ("PER", "ORG", "LOC")
Name = tuple[int, int, str]
Score = dict[str, float]


def score(pairs: Iterable[tuple[Iterable[Name], Iterable[Name]]]) -> Score:
    """F1 in per cent of each type and of all ("F1"), from (expected, found) names of each sentence."""
    right: Counter[str] = Counter()
    expected: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for wanted, got in pairs:
        wanted = {name for name in wanted if name[2] in SCORED}
        got = {name for name in got if name[2] in SCORED}
        expected.update(kind for _, _, kind in wanted)
        found.update(kind for _, _, kind in got)
        right.update(kind for _, _, kind in wanted & got)
    both = expected + found
    result = {kind: _percent(2 * right[kind], both[kind]) for kind in SCORED}
    total = right.total()
    return result | {
        "P": _percent(total, found.total()),
        "R": _percent(total, expected.total()),
        "F1": _percent(2 * total, both.total()),
    }


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 0.0
