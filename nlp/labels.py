"""From the labels of any tagger to the desk's four types, and from the probability of each label to names."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_PREFIXED = re.compile(r"([BISELU])[-_](.+)")
_STARTS = {"B", "S", "U"}  # of BIO, BIOES (S: alone) and BILOU (U: alone)
_ENDS = {"E", "S", "L", "U"}
OUTSIDE = dict.fromkeys(("O", "OUTSIDE", "NONE", ""), "")
# CoNLL-2003, OntoNotes 5 and WNUT-17, and usual spellings. Dates and amounts are no names.
KNOWN = (
    dict.fromkeys(("PER", "PERS", "PERSON", "PEOPLE"), "PER")
    | dict.fromkeys(("ORG", "ORGANIZATION", "ORGANISATION", "CORPORATION", "COMPANY", "GROUP"), "ORG")
    | dict.fromkeys(("LOC", "LOCATION", "PLACE", "GPE", "FAC", "FACILITY"), "LOC")
    | dict.fromkeys(("MISC", "MISCELLANEOUS", "OTHER", "NORP", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW"), "MISC")
    | dict.fromkeys(("LANGUAGE", "CREATIVE-WORK"), "MISC")
    | dict.fromkeys(("DATE", "TIME", "PERCENT", "MONEY", "QUANTITY", "ORDINAL", "CARDINAL"), "")
)


class UnknownLabels(ValueError):
    """Labels that neither the table nor the known sets have; `labels` are their names, without prefix."""

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__(", ".join(labels))
        self.labels = labels


class Role(NamedTuple):
    """What a label says of a word: part of a name of this type ("": of none), its first word, its last word."""

    type: str
    starts: bool = False
    ends: bool = False


def roles(labels: Sequence[str], chosen: Mapping[str, str]) -> list[Role]:
    """The role of each label: by `chosen`, which may name it with or without prefix, else by what is known.

    Raises UnknownLabels.
    """
    table = {name.upper(): kind for name, kind in chosen.items()}
    found = [_role(label.upper(), table) for label in labels]
    unknown = dict.fromkeys(_bare(label) for label, role in zip(labels, found, strict=True) if role is None)
    if unknown:
        raise UnknownLabels(list(unknown))
    return [role for role in found if role is not None]


def _role(label: str, table: Mapping[str, str]) -> Role | None:
    prefixed = _PREFIXED.fullmatch(label)
    prefix, name = prefixed.groups() if prefixed else ("", label)
    for known in (table, OUTSIDE, KNOWN):
        kind = known.get(name, known.get(label))
        if kind is not None:
            return Role(kind, prefix in _STARTS, prefix in _ENDS)
    return None


def _bare(label: str) -> str:
    prefixed = _PREFIXED.fullmatch(label)
    return prefixed[2] if prefixed else label


def decode(chances: NDArray[np.float32], roles: Sequence[Role]) -> Iterator[tuple[int, int, str, float]]:
    """(first word, one past the last, type, score) of each name; chances (words, labels), rows adding up to 1.

    A word has the type whose labels are likelier together than those of any other, "" included. Words in a row of one
    type are one name, unless one of them more likely starts a name than goes on with it, or ends one. Every scheme of
    prefixes is read so, and none. The score is the mean probability of the type over the words of the name.
    """
    types = sorted({role.type for role in roles} | {""})
    of_type = np.array([[role.type == kind for kind in types] for role in roles], dtype=np.float32)
    totals = chances @ of_type
    kinds = totals.argmax(axis=1)
    start = 0
    for word in range(1, len(kinds) + 1):
        if word < len(kinds) and kinds[word] == kinds[start] and not _parts(chances, roles, types, kinds, word):
            continue
        if types[kinds[start]]:
            yield start, word, types[kinds[start]], min(1.0, float(totals[start:word, kinds[start]].mean()))
        start = word


def _parts(
    chances: NDArray[np.float32], roles: Sequence[Role], types: Sequence[str], kinds: NDArray[np.intp], word: int
) -> bool:
    """Whether a name ends between the word before and this one, both of one type."""
    mine = [place for place, role in enumerate(roles) if role.type == types[kinds[word]]]
    starting = sum(chances[word, place] * (1 if roles[place].starts else -1) for place in mine)
    ending = sum(chances[word - 1, place] * (1 if roles[place].ends else -1) for place in mine)
    return bool(starting > 0 or ending > 0)
