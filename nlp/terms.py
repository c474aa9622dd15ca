"""The words by which an article is told from others: its rare terms, names and numbers, each with its weight."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from nlp.rarity import KNOWN_YEAR, may_be_name, rarity

RULE = 1  # part of the lineage: raise it when terms or weights change
MOST_TERMS = 200  # kept of an article, the heaviest: more change no figure of bench.neighbours
MOST_NAMES = 30
MOST_KEYS = 12  # 98.5 % of same-event pairs of ECB+ have one of these in common, and 3 % of all others
MOST_CHARACTERS = 20_000  # of the text that are read: time stays bounded, and news has said it by then
LONGEST = 40  # characters of a term
_REMEMBERED = 4_000  # words of earlier articles: more save no time (a miss costs as much as a hit in a larger table)
SCALE = 7  # weights are whole numbers up to 255, a byte each

_TOKEN = re.compile(
    r"(?P<dotted>(?:[^\W\d_]\.){2,})"  # U.S.
    r"|(?P<number>\d+(?:[.,]\d+)*)\w*"  # 1,200 but also 21st
    r"|(?P<word>[^\W\d_]\w*?(?=n['’]t\b)|[^\W\d_]\w*(?:['’][A-Z][^\W\d_]+)?)"  # could|n|'t, and O'Brien in one
)
_OPENS = re.compile(r"(?:^|[.!?:\n][\"'”’)\]]*)\s*[\"'“‘(\[–—-]*\s*$")
_YEAR = re.compile(r"(?:19|20)\d\d")


class Token(NamedTuple):
    """A word of a text: as written, as compared, and whether a sentence begins with it (asked of capitals only)."""

    form: str
    key: str
    opens: bool
    start: int
    end: int


@dataclass(frozen=True)
class Profile:
    """What is stored of an article for comparing. `words` as written most often, heaviest first, a weight (0-255) each.

    A word with a capital is a name, one that begins with a digit a number. `names` may have several words.
    """

    words: tuple[str, ...]
    weights: bytes
    names: tuple[str, ...]


def tokens(text: str) -> Iterator[Token]:
    """The words of `text`, in order."""
    new = tuple.__new__  # half as long as the constructor, which every word of every article would go through
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup
        form = found[kind] if kind else found[0]
        if kind == "dotted":
            form = form.replace(".", "")
        if len(form) > 2:
            form = form.replace("’", "'")[:LONGEST]
        start, end = found.span()
        key = form.lower()
        yield new(Token, (form, key, form != key and _opens(text, start), start, end))


def _opens(text: str, start: int) -> bool:
    """Whether a sentence begins here. Most words follow another one and a space: they begin none."""
    if start > 1 and text[start - 1] == " " and text[start - 2].isalnum():
        return False
    return bool(_OPENS.search(text, max(0, start - 8), start))


def profile(title: str, text: str) -> Profile:
    """The profile of an article. The headline counts as part of the text."""
    whole = f"{title}\n{text[:MOST_CHARACTERS]}"
    words = list(tokens(whole))
    counts = Counter([word.key for word in words])
    shown = _forms(words)
    weights = {key: _weight(key, count) for key, count in counts.items()}
    heaviest = sorted(weights, key=lambda key: (-weights[key], key))[:MOST_TERMS]
    kept = [key for key in heaviest if weights[key]]
    names = _names(whole, len(title), words, shown, weights)
    return Profile(tuple(shown[key] for key in kept), bytes(weights[key] for key in kept), names)


def keys_of(found: Profile) -> dict[int, int]:
    """What an article is looked up by: hashes of 64 bits of its heaviest terms, each with its weight.

    The hashes are stored: they must never change (BLAKE2b of the term in lower case, signed, little-endian).
    """
    heaviest = zip(found.words[:MOST_KEYS], found.weights[:MOST_KEYS], strict=True)
    return {_hash(word.lower(), 8): weight for word, weight in heaviest}


@lru_cache(maxsize=_REMEMBERED)
def short_hash(key: str) -> int:
    """32 bits of a term in lower case, stored to compare two articles by. They must never change, either."""
    return _hash(key, 4)


def _hash(key: str, size: int) -> int:
    return int.from_bytes(blake2b(key.encode("utf-8", "replace"), digest_size=size).digest(), "little", signed=True)


def rarity_of(key: str) -> float:
    """How much a shared term says. All years say the same: the table is older than today's news."""
    return rarity(KNOWN_YEAR if _YEAR.fullmatch(key) else key)


@lru_cache(maxsize=_REMEMBERED)
def _weight(key: str, count: int) -> int:
    return min(255, round(SCALE * (1 + math.log(count)) * rarity_of(key)))


def _forms(words: Sequence[Token]) -> dict[str, str]:
    """Each word's form as shown: with a capital only if it is a name here.

    A name has a capital more often than not where no sentence begins, or more capitals than one. A word that only
    begins sentences is a name when it usually is one, or is too rare to be known.
    """
    capital: dict[str, Counter[str]] = {}
    small = Counter([word.key for word in words if word.form == word.key])
    for word in words:
        if word.form != word.key:
            capital.setdefault(word.key, Counter())[word.form] += tells_a_name(word)
    shown = {key: key for key in small}
    for key, forms in capital.items():
        inside = forms.total()
        name = inside > small[key] or (not inside and not small[key] and may_be_name(key))
        shown[key] = min(forms, key=lambda form: (-forms[form], form)) if name else key
    return shown


def tells_a_name(word: Token) -> bool:
    """Whether its capitals are not owed to the beginning of a sentence."""
    return word.form != word.key and (not word.opens or (not word.form[1:].islower() and len(word.form) > 1))


def _names(text: str, body: int, words: list[Token], shown: dict[str, str], weights: dict[str, int]) -> tuple[str, ...]:
    """Runs of names with nothing but a space between them, heaviest first.

    From `body` on, where the headline has ended, a word with a capital goes on with a name: Wasilla Bible Church.
    """
    found: dict[str, int] = {}
    run: list[Token] = []

    def end() -> None:
        name = text[run[0].start : run[-1].end] if run else ""
        if 0 < len(name) <= 2 * LONGEST:
            found[name] = max(weights[word.key] for word in run)
        run.clear()

    for word in words:
        if run and (word.form == word.key or text[run[-1].end : word.start] not in (" ", "-")):
            end()
        if word.form != word.key and (shown[word.key] != word.key or (run and word.start >= body)):
            run.append(word)
        elif run:
            end()
    end()
    return tuple(sorted(found, key=lambda name: (-found[name], name))[:MOST_NAMES])
