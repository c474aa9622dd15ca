"""Whether two texts are one text published twice: what they share, and which names and numbers only one of them has.

Other bylines, boilerplate, cuts and additions leave a duplicate. A template filled in anew is none: it has a town or a
sum that the other never has, and the other has its own.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import compress

from nlp.passages import LENGTH, Passages

RULE = "duplicates@1"  # raise it when results change
SHARE = 0.87  # of one text's words that stand in the other; by cross-validation over templates (bench.duplicates)
DIFFERING = 0.5  # places with facts of its own in either text, in 100 shared words, from which it is a template
DAYS = 7  # apart: from then on a text with changes is a later stage of the story, or last year's text with new dates
VERBATIM = 0.97  # of both texts is shared where there are no changes to speak of: the same however late
_PASSAGE = [True] * LENGTH
LEAST_SHARE = 0.4  # of the other text's words: a digest that holds an article among others is no copy of it


@dataclass(frozen=True)
class Comparison:
    """`share` of the first text's words stand in the second, `shared_back` of the second's in the first (0 to 1).

    `only_here` are the names and numbers, as written, that stand between shared words of the first text and nowhere in
    the second; `only_there` the other way round. A cut or an addition makes one of them, a template both.
    """

    same: bool
    share: float
    shared_back: float
    only_here: tuple[str, ...]
    only_there: tuple[str, ...]
    rate: float  # the fewer of both, in 100 shared words
    rule: str = RULE

    def turned(self) -> "Comparison":
        """The same of the second text with the first."""
        return Comparison(
            self.same, self.shared_back, self.share, self.only_there, self.only_here, self.rate, self.rule
        )


def compare(one: Passages, other: Passages, days: float = 0.0) -> Comparison:
    """Compare two texts, published so many days apart; 0 where that is not known.

    `compare(a, b)` says the same as `compare(b, a).turned()`. Time is linear in their length.
    """
    if one.keys == other.keys:
        return Comparison(bool(one.keys), 1.0, 1.0, (), (), 0.0)
    here, there = _shared(one, other), _shared(other, one)
    own = tuple(_facts(one, other, here)), tuple(_facts(other, one, there))
    same, rate = _judged(here, there, min(map(len, own)), days)
    shown = [tuple(_shown(text, places)) for text, places in zip((one, other), own, strict=True)]
    return Comparison(same, _share(here), _share(there), shown[0], shown[1], rate)


def is_same(one: Passages, other: Passages, days: float = 0.0) -> bool:
    """What `compare` says, without the facts of texts that share too little: most that are looked at do."""
    if one.keys == other.keys:
        return bool(one.keys)
    here, there = _shared(one, other), _shared(other, one)
    if not _judged(here, there, 0, days)[0]:
        return False
    own = sum(1 for _ in _facts(one, other, here)), sum(1 for _ in _facts(other, one, there))
    return _judged(here, there, min(own), days)[0]


def _judged(here: Sequence[bool], there: Sequence[bool], own: int, days: float) -> tuple[bool, float]:
    """Whether it is one text, and the rate; `own` are the places with facts, of the text with the fewer."""
    shares = _share(here), _share(there)
    rate = 100 * own / max(min(sum(here), sum(there)), 1)
    in_time = days <= DAYS or min(shares) >= VERBATIM
    return max(shares) >= SHARE and min(shares) >= LEAST_SHARE and rate < DIFFERING and in_time, rate


def _share(shared: Sequence[bool]) -> float:
    return sum(shared) / max(len(shared), 1)


def days_apart(one: datetime | None, other: datetime | None) -> float:
    """0 where one is not known."""
    return abs((one - other).total_seconds()) / 86400 if one and other else 0.0


def united(texts: Sequence[Passages], published: Sequence[datetime | None]) -> list[list[int]]:
    """The places of the texts in groups, in order: a text is in a group when it is the same as any text of it.

    Takes no more comparisons than texts where all are one, and all pairs where chains of edits have to be followed.
    """

    def same(one: int, other: int) -> bool:
        return is_same(texts[one], texts[other], days_apart(published[one], published[other]))

    groups: list[list[int]] = []
    for place in range(len(texts)):
        joined = [group for group in groups if any(same(place, member) for member in group)]
        groups = [group for group in groups if group not in joined]
        groups.append([*(member for group in joined for member in group), place])
    return sorted(map(sorted, groups))


def _shared(one: Passages, other: Passages) -> list[bool]:
    """Of each word of `one` whether it stands in a passage that `other` has, too, wherever that is there."""
    begins = [passage in other.distinct for passage in one.all]
    found = [False] * len(one.keys)
    for place in compress(range(len(begins)), begins):
        found[place : place + LENGTH] = _PASSAGE
    return found


def _facts(one: Passages, other: Passages, shared: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """For each place between shared words with facts that `other` never has, its first and its last one.

    What stands before all shared words, or behind them, is a byline or boilerplate.
    """
    for start, end in _between(shared):
        facts = [place for place in range(start, end) if _is_fact(one.keys[place], one, other)]
        if facts:
            yield facts[0], facts[-1]


def _shown(text: Passages, places: Iterable[tuple[int, int]]) -> Iterator[str]:
    """All from the first to the last, as written."""
    for first, last in places:
        yield text.text[text.places[first][0] : text.places[last][1]]


def _between(shared: Sequence[bool]) -> Iterator[tuple[int, int]]:
    last = None
    for place, is_shared in enumerate(shared):
        if is_shared:
            if last is not None and last + 1 < place:
                yield last + 1, place
            last = place


def _is_fact(key: str, one: Passages, other: Passages) -> bool:
    """Whether a word is a number, or a name (nowhere in small letters), that the other text never has, not even in a
    longer form: Gov for Governor, 15 for 15th; but not 15 for 150.
    """
    is_number = any(map(str.isdigit, key))
    if key in other.vocabulary or (not is_number and key in one.small):
        return False
    after = bisect_right(other.ordered, key)
    longer = other.ordered[after] if after < len(other.ordered) else ""
    return not (longer.startswith(key) and not longer[len(key)].isdigit())
