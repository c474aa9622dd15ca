"""Whether two texts are one text published twice: what they share, and which names and numbers only one of them has.

Other bylines, boilerplate, cuts and additions leave a duplicate. A template filled in anew is none: it has a town or a
sum that the other never has, and the other has its own.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from nlp.passages import LENGTH, Passages

RULE = "duplicates@1"  # raise it when results change
SHARE = 0.87  # of one text's words that stand in the other; by cross-validation over templates (bench.duplicates)
DIFFERING = 0.5  # places with facts of its own in either text, in 100 shared words, from which it is a template
DAYS = 7  # apart: from then on a text with changes is a later stage of the story, or last year's text with new dates
VERBATIM = 0.97  # of both texts is shared where there are no changes to speak of: the same however late
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
    shares = sum(here) / max(len(here), 1), sum(there) / max(len(there), 1)
    own = tuple(_own(one, other, here)), tuple(_own(other, one, there))
    rate = 100 * min(map(len, own)) / max(min(sum(here), sum(there)), 1)
    in_time = days <= DAYS or min(shares) >= VERBATIM
    same = max(shares) >= SHARE and min(shares) >= LEAST_SHARE and rate < DIFFERING and in_time
    return Comparison(same, *shares, *own, rate)


def is_same(one: Passages, other: Passages, days: float = 0.0) -> bool:
    """What `compare` says, without the facts of texts that share too little: most that are looked at do."""
    if one.keys != other.keys:
        shares = [sum(found) / max(len(found), 1) for found in (_shared(one, other), _shared(other, one))]
        if max(shares) < SHARE or min(shares) < LEAST_SHARE:
            return False
    return compare(one, other, days).same


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
    found = [False] * len(one.keys)
    for place, passage in enumerate(one.all):
        if passage in other.distinct:
            found[place : place + LENGTH] = [True] * LENGTH
    return found


def _own(one: Passages, other: Passages, shared: Sequence[bool]) -> Iterator[str]:
    """For each place between shared words with facts that `other` never has, all from the first of them to the last.

    What stands before all shared words, or behind them, is a byline or boilerplate.
    """
    for start, end in _between(shared):
        facts = [word for word in one.words[start:end] if _is_fact(word.key, one, other)]
        if facts:
            yield one.text[facts[0].start : facts[-1].end]


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
