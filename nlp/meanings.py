"""What a name means when articles say so, and when they contradict each other."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from nlp.names import gist

FORM, DEFINITION, SUFFIX, INITIALS = "form", "definition", "suffix", "initials"  # see nlp.aliases
STRENGTH = (DEFINITION, SUFFIX, INITIALS)  # of what a name may mean, the rule that is trusted first
NEEDED = {INITIALS: 3}  # articles before it counts; of the other rules one is enough
MAJORITY = 10  # times as many articles as all other meanings together, and at least as many
MOST_COUNTED = 1000  # articles of one meaning; so that a famous name costs no more than others


class Meaning(NamedTuple):
    """A whole name (its key) that another one is said to stand for, and by which rule."""

    rule: str
    whole: str


def undisputed(said: Mapping[Meaning, int]) -> set[Meaning]:
    """Of what a name is said to mean, each in how many articles, that which holds for it everywhere.

    All that rests on the strongest rule, if it agrees; else what ten times as many articles say as all else (a slip in
    one article must not undo what thousands say), if ten do; else nothing. Then what weaker rules say, while it agrees.
    """
    taken: set[Meaning] = set()
    for rule in STRENGTH:
        counted = {meaning.whole: count for meaning, count in said.items() if meaning.rule == rule}
        if not counted:
            continue
        more = taken | {Meaning(rule, whole) for whole in _leading(counted)}
        if more == taken or not agree(whole for _, whole in more):
            break
        taken = more
    return taken


def agree(wholes: Iterable[str]) -> bool:
    """Whether names that share an abbreviation may be one thing: the same words, and not two legal forms."""
    return len(_senses(set(wholes))) <= 1


def _leading(counted: Mapping[str, int]) -> set[str]:
    senses = _senses(counted)
    if len(senses) == 1:
        return senses[0]
    total = sum(counted.values())
    leading = max(senses, key=lambda sense: sum(counted[whole] for whole in sense))
    count = sum(counted[whole] for whole in leading)
    return leading if count >= MAJORITY * max(1, total - count) else set()


def _senses(wholes: Collection[str]) -> list[set[str]]:
    """Names that are one thing together. Delta stays with Delta Inc, unless there is a Delta Ltd as well."""
    forms: dict[frozenset[str], set[str]] = defaultdict(set)
    for words, form in map(gist, wholes):
        forms[words].add(form)
    senses: dict[object, set[str]] = defaultdict(set)
    for whole in wholes:
        words, form = gist(whole)
        senses[words, form if len(forms[words] - {""}) > 1 else ""].add(whole)
    return list(senses.values())
