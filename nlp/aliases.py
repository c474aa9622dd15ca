"""Evidence, in one article, that two of its names name one thing."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import NamedTuple

from nlp.acronyms import abbreviates, initials, is_acronym
from nlp.meanings import DEFINITION, FORM, INITIALS, SUFFIX, Meaning, undisputed
from nlp.mentions import Thing, normalise
from nlp.names import Name, folded, legal_form, rank
from nlp.spans import Mention, Span

RULE = 1  # stored with each piece of evidence: raise it when results change
MOST = 200  # pieces of evidence an article; more is no article but a list
PER, ORG, MISC = "PER", "ORG", "MISC"
_BRACKETS = re.compile(r"\(([^()]{2,200})\)")
_BEFORE = re.compile(r"(?:['’]s?)?[\"'”’]?\s{0,3}$")  # between a name and the bracket
_OPENING = re.compile(r"(?:\s|[\"'“‘]|(?:the|or|also)\s){0,6}")  # between the bracket and a name
_CLOSING = re.compile(r"[\"'”’]?\s*[;,)]")


class Written(NamedTuple):
    """A name where it stands."""

    name: Name
    mention: Mention

    def within(self, text: str) -> str:
        """As written."""
        return text[self.mention.start : self.mention.end]


@dataclass(frozen=True, order=True)
class Alias:
    """`alias` names what `whole` names, by this rule; `text[start:end]` shows it. `names` are both as written there.

    `definition`: one of them stands in brackets behind the other, and its letters are the other's. `suffix`: an
    organisation with and without its legal form. `initials`: an acronym and the only name of the article that has these
    initials. `form`: two spellings of one name; here the order says nothing.
    """

    rule: str
    alias: Name
    whole: Name
    start: int
    end: int
    names: tuple[str, str]


def find_aliases(text: str, things: Sequence[Thing]) -> list[Alias]:
    """The evidence of an article, from its text and the things grouped in it; one piece a rule and pair of names.

    A name that the article defines twice, differently, defines nothing.
    """
    named = [Written(Name(t.type, t.key), m) for t in things for m in t.mentions]
    found = [*_definitions(text, named), *_spellings(text, named), *_initials(text, things)]
    first: dict[tuple[str, Name, Name], Alias] = {}
    for alias in sorted(found, key=lambda alias: alias.start):
        first.setdefault((alias.rule, alias.alias, alias.whole), alias)
    agreed = _without_contradictions(list(first.values()))
    return sorted(islice(agreed, MOST))


def compatible(one: str, other: str) -> bool:
    """Whether things of these types may be one: of the same type, or an organisation or place of which the tagger once
    saw no more than that it is a name (MISC). A person is only a person; a place is no organisation.
    """
    return one == other or (MISC in (one, other) and PER not in (one, other))


def _without_contradictions(found: Sequence[Alias]) -> Iterator[Alias]:
    said: dict[str, dict[Meaning, int]] = defaultdict(dict)
    for alias in found:
        said[alias.alias.key][Meaning(alias.rule, alias.whole.key)] = 1
    holds = {key: undisputed(meanings) for key, meanings in said.items()}
    return (a for a in found if a.rule == FORM or Meaning(a.rule, a.whole.key) in holds[a.alias.key])


def _definitions(text: str, named: Sequence[Written]) -> Iterator[Alias]:
    """Long Name (LN), and LN (Long Name)."""
    starts = {w.mention.start: w for w in named}
    ends = {w.mention.end: w for w in named}
    for brackets in _BRACKETS.finditer(text):
        before = _ending_at(text, brackets.start(), ends)
        if before is None:
            continue
        opened = _OPENING.match(text, brackets.start() + 1)
        assert opened is not None
        closed = _CLOSING.search(text, opened.end(), brackets.end())
        if closed is None:
            continue
        inside = text[opened.end() : closed.start()]
        within = starts.get(opened.end())
        place = Span(before.mention.start, brackets.end())
        if is_acronym(inside):
            yield from _defined(text, inside, before, place, named)
        elif within and within.mention.end == closed.start() and is_acronym(before.within(text)):
            yield from _defined(text, before.within(text), within, place, named)


def _ending_at(text: str, bracket: int, ends: dict[int, Written]) -> Written | None:
    """The name right before the bracket."""
    for end in range(bracket, max(bracket - 7, 0), -1):
        if end in ends:
            return ends[end] if _BEFORE.fullmatch(text, end, bracket) else None
    return None


def _defined(text: str, short: str, long: Written, place: Span, named: Sequence[Written]) -> Iterator[Alias]:
    """The article's things of the short name, of a type that goes with the long one."""
    if not abbreviates(short, written := long.within(text)):
        return
    types = {w.name.type for w in named if w.name == (w.name.type, normalise(short, w.name.type))}
    for type_ in sorted(types):
        name = Name(type_, normalise(short, type_))
        if compatible(type_, long.name.type) and name != long.name:
            yield Alias(DEFINITION, name, long.name, *place, (short, written))


def _spellings(text: str, named: Sequence[Written]) -> Iterator[Alias]:
    """Names that agree when folded, and organisations with and without their legal form."""
    first: dict[Name, Written] = {}
    for written in named:
        if folds_safely(written.name):
            first.setdefault(written.name, written)
    for whole, *others in _alike(first, _fold):
        yield from (_seen(text, FORM, first[alias], first[whole]) for alias in others)
    for names in _alike((name for name in first if name.type == ORG), lambda name: legal_form(_fold(name))[0]):
        bare = [name for name in names if not legal_form(_fold(name))[1]]
        for alias, whole in product(bare, (name for name in names if name not in bare)):
            yield _seen(text, SUFFIX, first[alias], first[whole])


def _initials(text: str, things: Sequence[Thing]) -> Iterator[Alias]:
    """US and United States, both somewhere in the article."""
    first = [Written(Name(thing.type, thing.key), thing.mentions[0]) for thing in things if thing.type != PER]
    long: dict[Name, list[Written]] = defaultdict(list)
    for written in first:
        if letters := initials(written.within(text)):
            long[Name(written.name.type, letters.casefold())].append(written)
    for written in first:
        whole = long.get(written.name, [])
        if len(whole) == 1 and is_acronym(written.within(text)):
            yield _seen(text, INITIALS, written, whole[0])


def _fold(name: Name) -> str:
    return folded(name.key, name.type)


def folds_safely(name: Name) -> bool:
    """Münster is not Munster, and Peña not Pena: of persons and places only names of two words or more are folded."""
    return name.type in (ORG, MISC) or " " in name.key


def _alike(first: Iterable[Name], fold: Callable[[Name], str]) -> Iterator[list[Name]]:
    """Names of one type that fold alike, the longest first."""
    alike: dict[tuple[str, str], list[Name]] = defaultdict(list)
    for name in first:
        alike[name.type, fold(name)].append(name)
    return (sorted(names, key=rank) for names in alike.values())


def _seen(text: str, rule: str, alias: Written, whole: Written) -> Alias:
    """The place is that of the alias: where the other stands, its own mentions say."""
    at = alias.mention
    return Alias(rule, alias.name, whole.name, at.start, at.end, (alias.within(text), whole.within(text)))
