"""Why two articles are linked: what they share, as facts and as one sentence."""

import re
from dataclasses import dataclass

from nlp.terms import Profile, rarity_of, tokens

MOST_SHOWN = 5  # names, and terms: those that say most in both articles
RARE = 3.0  # rarity from which a shared term is worth showing: it is in one article of twenty at most
_CALENDAR = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun january february march april
    may june july august september october november december jan feb mar apr jun jul aug sept sep oct nov dec
    gmt est edt pst pdt utc""".split()  # noqa: SIM905 - reads better so
)
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Evidence:
    """What speaks for a link. `hours` is None where an article has no date; `cosine` is that of the vectors."""

    cosine: float
    names: tuple[str, ...]
    terms: tuple[str, ...]
    hours: float | None


def shared(one: Profile, other: Profile) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names and rare terms that both articles have: the same whichever of the two is named first."""
    names = shared_names(one, other)
    return tuple(names[:MOST_SHOWN]), tuple(_shared_terms(one, other)[:MOST_SHOWN])


def shared_names(one: Profile, other: Profile) -> list[str]:
    """Names that both articles have, whole or as part of a longer one; those first that say most in both.

    Of two shared names of which one is part of the other, the longer is shown.
    """
    weights = _products(one, other)
    forms: dict[tuple[str, ...], str] = {}
    mine, theirs = (_keyed(profile) for profile in (one, other))
    for short, long in ((mine, theirs), (theirs, mine)):
        for key, form in short.items():
            if any(_within(key, whole) for whole in long):
                forms[key] = min(forms.get(key, form), form)
    shared = [key for key in forms if not any(key != whole and _within(key, whole) for whole in forms)]
    return [forms[key] for key in sorted(shared, key=lambda key: (-max(weights.get(w, 0) for w in key), key))]


def sentence(found: Evidence) -> str:
    """ "3 shared names: NATO, Kyiv, Stoltenberg; 5 hours apart; 78% alike"; terms where there are hardly any names."""
    said = [_listed("name", found.names)]
    if len(found.names) < 2:
        said.append(_listed("rare word", found.terms))
    said.append("" if found.hours is None else apart(found.hours))
    return "; ".join([part for part in said if part] + [f"{found.cosine:.0%} alike"])


def apart(hours: float) -> str:
    """ "5 hours apart", "12 days apart"."""
    if hours >= 72:
        return f"{hours / 24:.0f} days apart"
    return f"{hours:.0f} hour{'s' * (round(hours) != 1)} apart"


def is_calendar(name: str) -> bool:
    """Whether a name, in lower case, is a day or a month, which is not worth showing."""
    return _CALENDAR.issuperset(token.key for token in tokens(name))


def _listed(what: str, shared: tuple[str, ...]) -> str:
    return f"{len(shared)} shared {what}{'s' * (len(shared) != 1)}: {', '.join(shared)}" if shared else ""


def _keyed(profile: Profile) -> dict[tuple[str, ...], str]:
    """Names by their words in lower case. Days and months are no names worth showing."""
    keyed: dict[tuple[str, ...], str] = {}
    for name in profile.names:
        key = tuple(token.key for token in tokens(name))
        if not is_calendar(name):
            form = _SPACES.sub(" ", name)
            keyed[key] = min(keyed.get(key, form), form)
    return keyed


def _within(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    return any(whole[at : at + len(part)] == part for at in range(len(whole) - len(part) + 1))


def _shared_terms(one: Profile, other: Profile) -> list[str]:
    """Rare words that both have and that are no names, those first that say most in both."""
    both, products = set(one.words) & set(other.words), _products(one, other)
    shared = [word for word in both if word.lower() == word and rarity_of(word) >= RARE]
    return sorted(shared, key=lambda word: (-products[word], word))


def _products(one: Profile, other: Profile) -> dict[str, int]:
    """Each word that both have, in lower case, with the product of its weights."""
    mine = {word.lower(): weight for word, weight in zip(one.words, one.weights, strict=True)}
    return {
        word.lower(): mine[word.lower()] * weight
        for word, weight in zip(other.words, other.weights, strict=True)
        if word.lower() in mine
    }
