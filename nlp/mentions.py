"""Mentions of one thing, put together: within an article by its names, across articles by type and normalised name."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.forms import normal
from nlp.names import plain_letters
from nlp.spans import Mention

RULE = 4  # part of the lineage: raise it when results change
LONGEST_NAME = 200  # characters; longer ones are no names
_POSSESSIVE = re.compile(r"['’]s?$")
_ROUNDS = 5  # of 200,000 names of little but marks and accents none takes more than three
_ARTICLE = re.compile(r"^((the|a|an)\s+)+", re.IGNORECASE)
_TITLES = re.compile(
    r"^((mr|mrs|ms|dr|prof|sen|rep|gov|gen|col|lt|sgt|sir|lord|lady|president|senator|judge|justice)\.?\s+)+",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"^(?:[^\W\d_]\.)+[^\W\d_]\.?$")  # U.S., U.K, N.A.T.O.; not 4.1.2
_WORD_LIKE = re.compile(r"[a-z]{1,3}")  # us is not US, who not WHO
_SPACE = re.compile(r"[\s_]+")
_DASH = re.compile(r"[‐‑‒–—―]")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"'})


@dataclass(frozen=True)
class Thing:
    """One person, organisation, place or other thing of an article, with all its mentions in order."""

    type: str
    key: str
    name: str
    mentions: tuple[Mention, ...]


def group(text: str, mentions: Sequence[Mention]) -> list[Thing]:
    """The article's things, in the order of their first mention.

    Two mentions are one thing when type and normalised name agree, or when one is a person's surname and exactly one
    person of the article has it. Mentions that overlap an earlier one, or hold no letter or digit, are dropped, and so
    are short words in small letters: us would be taken for US.
    """
    named = [m for m in _apart(mentions) if not _WORD_LIKE.fullmatch(text, m.start, m.end)]
    keyed = [(m, (m.type, normalise(text[m.start : m.end], m.type))) for m in named]
    keyed = [(m, key) for m, key in keyed if any(c.isalnum() for c in key[1])]
    full = _full_names({key for _, key in keyed})
    things: dict[tuple[str, str], list[Mention]] = {}
    for mention, key in keyed:
        things.setdefault(full.get(key, key), []).append(mention)
    return [Thing(*key, _display(text, key[1], found), tuple(found)) for key, found in things.items()]


def normalise(name: str, type_: str) -> str:
    """The name without what varies: case, quotes, dashes, possessive, leading article or title, dots in acronyms; and
    accents where it has two words or more (Münster is not Munster).
    """
    key = _normalised(name, type_)
    for _ in range(_ROUNDS):
        plain = key.replace(" ", "").isalnum() and not _ARTICLE.match(key)
        if plain or (again := _normalised(key, type_)) == key:
            break
        key = again  # what was stripped last stood before a quote or an article
    return key


def _normalised(name: str, type_: str) -> str:
    name = normal("NFKC", name).translate(_QUOTES)
    name = _SPACE.sub(" ", _DASH.sub("-", name)).strip(" \"'()[],;:")
    name = _ARTICLE.sub("", _POSSESSIVE.sub("", name))
    if type_ == "PER":
        name = _TITLES.sub("", name) or name
    if _DOTTED.match(name):
        name = name.replace(".", "")
    if " " in name:
        plain = _SPACE.sub(" ", plain_letters(name))  # an accent by itself leaves a space
        name = name if _ARTICLE.match(plain) else plain  # À Punt would be "a Punt", and its A an article
    return name.strip(" .").casefold()[:LONGEST_NAME]


def _apart(mentions: Sequence[Mention]) -> list[Mention]:
    """In order of the text, without those that overlap an earlier one."""
    apart: list[Mention] = []
    for mention in sorted(mentions):
        if mention.start < mention.end and (not apart or mention.start >= apart[-1].end):
            apart.append(mention)
    return apart


def _full_names(keys: set[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str]]:
    """For a person known by one word, the full name in the article that ends in it, when there is exactly one."""
    people = [key for type_, key in keys if type_ == "PER"]
    longer: dict[str, list[str]] = {}
    for name in people:
        if " " in name:
            longer.setdefault(name.rpartition(" ")[2], []).append(name)
    alone = (name for name in people if " " not in name and len(longer.get(name, ())) == 1)
    return {("PER", name): ("PER", longer[name][0]) for name in alone}


def _display(text: str, key: str, mentions: Sequence[Mention]) -> str:
    """The commonest form whose normalised name is the key, without possessive and leading article."""
    forms = [_SPACE.sub(" ", text[m.start : m.end]) for m in mentions]
    whole = [form for form in forms if normalise(form, mentions[0].type) == key] or forms
    commonest = Counter(_ARTICLE.sub("", _POSSESSIVE.sub("", form)).strip(" ,;:") for form in whole).most_common(1)[0][
        0
    ]
    return (commonest or whole[0])[:LONGEST_NAME]
