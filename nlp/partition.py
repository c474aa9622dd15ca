"""Which names are one thing, all evidence together: a function of what is known, not of the order it came in."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from nlp.meanings import FORM, STRENGTH, Meaning, undisputed
from nlp.names import Name, rank


class Link(NamedTuple):
    """Evidence from `articles` articles that entity `alias` is entity `whole`, by this rule (see nlp.aliases)."""

    rule: str
    alias: int
    whole: int
    articles: int


class Holds(StrEnum):
    """Where a link holds: everywhere; in the articles that say so, since others say otherwise; or nowhere, since its
    ends are marked as not the same.
    """

    EVERYWHERE = "everywhere"
    THERE = "there"
    NOWHERE = "nowhere"


@dataclass(frozen=True)
class Partition:
    """For each entity the one that stands for it, and for each link where it holds."""

    roots: dict[int, int]
    holds: dict[Link, Holds]


def partition(names: Mapping[int, Name], links: Collection[Link], apart: Iterable[tuple[int, int]]) -> Partition:
    """Put together what undisputed links join, but never a pair that is marked as not the same.

    Links join in order of their rule, then of their names, so that where a mark forbids one of several it is always the
    same one. Of what is together, the name of the least `rank` stands for all.
    """
    groups, marks = {entity: {entity} for entity in names}, _others(apart)
    certain = undisputed_links(names, links)
    for link in sorted(certain, key=lambda link: _order(names, link)):
        one, other = groups[link.alias], groups[link.whole]
        if one is not other and not any(marks[entity] & other for entity in one if entity in marks):
            one |= other
            groups.update(dict.fromkeys(other, one))
    roots = {entity: min(group, key=lambda member: rank(names[member])) for entity, group in groups.items()}
    return Partition(roots, {link: _holds(link, roots, link in certain) for link in links})


def undisputed_links(names: Mapping[int, Name], links: Collection[Link]) -> set[Link]:
    """Those that hold for their alias everywhere, were it not for marks. One name of several types is one alias, and so
    are its spellings.
    """
    spelled = _spellings(names, links)
    said: dict[str, dict[Meaning, int]] = defaultdict(lambda: defaultdict(int))
    for link in links:
        if link.rule != FORM:
            said[spelled[link.alias]][Meaning(link.rule, names[link.whole].key)] += link.articles
    true = {alias: undisputed(meanings) for alias, meanings in said.items()}
    return {
        link
        for link in links
        if link.rule == FORM or Meaning(link.rule, names[link.whole].key) in true[spelled[link.alias]]
    }


def _spellings(names: Mapping[int, Name], links: Iterable[Link]) -> dict[int, str]:
    """For each entity the first of the names that are spellings of its own."""
    alike: dict[str, set[str]] = {name.key: {name.key} for name in names.values()}
    for link in links:
        one, other = alike[names[link.alias].key], alike[names[link.whole].key]
        if link.rule == FORM and one is not other:
            one |= other
            alike.update(dict.fromkeys(other, one))
    return {entity: min(alike[name.key]) for entity, name in names.items()}


def _order(names: Mapping[int, Name], link: Link) -> tuple[int, Name, Name]:
    return (0 if link.rule == FORM else 1 + STRENGTH.index(link.rule), names[link.alias], names[link.whole])


def _others(apart: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    others: dict[int, set[int]] = defaultdict(set)
    for one, other in apart:
        others[one].add(other)
        others[other].add(one)
    return others


def _holds(link: Link, roots: Mapping[int, int], certain: bool) -> Holds:
    if roots[link.alias] == roots[link.whole]:
        return Holds.EVERYWHERE
    return Holds.NOWHERE if certain else Holds.THERE
