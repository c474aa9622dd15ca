"""Why two articles are linked: what they share, as facts and as one sentence."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from nlp.terms import Profile, rarity_of

MOST_SHOWN = 5  # names, and terms: those that say most in both articles
RARE = 3.0  # rarity from which a shared term is worth showing: it is in one article of twenty at most
_CALENDAR = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun january february march april
    may june july august september october november december jan feb mar apr jun jul aug sept sep oct nov dec
    gmt est edt pst pdt utc""".split()  # noqa: SIM905 - reads better so
)
LONGEST_NAME = 8  # words
_BETWEEN = re.compile(r"[\s-]+")
Key = tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """What speaks for a link. `hours` is None where an article has no date; `cosine` is that of the vectors."""

    cosine: float
    names: tuple[str, ...]
    terms: tuple[str, ...]
    hours: float | None


def shared(one: Profile, other: Profile) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names and rare terms that both articles have: the same whichever of the two is named first."""
    mine, theirs = _facts(one), _facts(other)
    both = {key: weight * theirs.weights[key] for key, weight in mine.weights.items() if key in theirs.weights}
    terms = [key for key in both if key in mine.words and key in theirs.words and rarity_of(key) >= RARE]
    names = _shared_names(mine, theirs, both)
    return tuple(names[:MOST_SHOWN]), tuple(sorted(terms, key=lambda key: (-both[key], key))[:MOST_SHOWN])


@dataclass(frozen=True)
class _Facts:
    """A profile made ready: weights by term, which terms are no names, names by key, and all runs of their words."""

    weights: dict[str, int]
    words: frozenset[str]
    names: dict[Key, str]
    runs: frozenset[Key]


@lru_cache(maxsize=8)  # an article is explained to many others in a row
def _facts(profile: Profile) -> _Facts:
    lower = " ".join(profile.words).lower().split(" ")
    names: dict[Key, str] = {}
    for name in profile.names:
        key = name_key(name)
        if not _CALENDAR.issuperset(key):
            names[key] = min(names.get(key, name), name)
    weights = dict(zip(lower, profile.weights, strict=True)) if profile.words else {}
    words = frozenset(word for word, small in zip(profile.words, lower, strict=False) if word == small)
    return _Facts(weights, words, names, frozenset(run for key in names for run in _runs(key)))


def _shared_names(mine: _Facts, theirs: _Facts, both: Mapping[str, int]) -> list[str]:
    """Names that both articles have, whole or as part of a longer one; those first that say most in both.

    Of two shared names of which one is part of the other, the longer is shown.
    """
    forms: dict[Key, str] = {}
    for names, runs in ((mine.names, theirs.runs), (theirs.names, mine.runs)):
        for key in names.keys() & runs:
            forms[key] = min(forms.get(key, names[key]), names[key])
    parts_of_longer = {run for key in forms for run in _runs(key) if run != key}
    shared = forms.keys() - parts_of_longer
    return [forms[key] for key in sorted(shared, key=lambda key: (-max(both.get(w, 0) for w in key), key))]


def name_key(name: str) -> Key:
    """A name as compared: its words in lower case."""
    return tuple(_BETWEEN.split(name.lower().replace("’", "'")))


def _runs(key: Key) -> list[Key]:
    """All runs of words of a name; of long ones the beginning counts."""
    count = min(len(key), LONGEST_NAME)
    return [key[start:end] for start in range(count) for end in range(start + 1, count + 1)]


def sentence(found: Evidence) -> str:
    """Such as: 3 shared names: NATO, Kyiv, Stoltenberg; 5 hours apart; 78% alike. Terms where names are few."""
    said = [_listed("name", found.names)]
    if len(found.names) < 2:
        said.append(_listed("rare word", found.terms))
    said.append("" if found.hours is None else apart(found.hours))
    return "; ".join([part for part in said if part] + [f"{found.cosine:.0%} alike"])


def apart(hours: float) -> str:
    """Such as: 5 hours apart, 12 days apart."""
    if hours >= 72:
        return f"{hours / 24:.0f} days apart"
    return f"{hours:.0f} hour{'s' * (round(hours) != 1)} apart"


def is_calendar(name: str) -> bool:
    """Whether a name is a day or a month, which is not worth showing."""
    return _CALENDAR.issuperset(name_key(name))


def _listed(what: str, shared: tuple[str, ...]) -> str:
    return f"{len(shared)} shared {what}{'s' * (len(shared) != 1)}: {', '.join(shared)}" if shared else ""
