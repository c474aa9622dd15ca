"""Names compared: which numbers they hold, and what is left of them without spelling, legal form and stop words."""

import re
import unicodedata
from typing import NamedTuple

from nlp.forms import normal
from nlp.numerals import numbered

STOP_WORDS = frozenset(
    word
    for words in ("a an the of and for in on to at by with from", "de la le du des del di et und der die das y e")
    for word in words.split()
)
_NUMBERS = numbered("zero one two three four five six seven eight nine ten eleven twelve")
_SUFFIXES = {
    form: suffix
    for suffix, forms in {
        "inc": "inc incorporated",
        "corp": "corp corporation",
        "co": "co company",
        "ltd": "ltd limited",
        "plc": "plc",
        "llc": "llc",
        "llp": "llp",
        "ag": "ag",
        "gmbh": "gmbh",
        "sa": "sa",
        "nv": "nv",
        "bv": "bv",
        "spa": "spa",
        "se": "se",
        "asa": "asa",
        "oyj": "oyj",
    }.items()
    for form in forms.split()
}
_BEFORE = re.compile(
    r"^(?:the )?(?:(?:us|uk|eu|un|united states) (?=\w+ \w))?(?:(?:department|ministry) of (?=\w+ \w))?"
)
_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"\b(?:[^\W\d_] )+[^\W\d_]\b")  # j p morgan


class Name(NamedTuple):
    """A thing's type and normalised name, as entities are stored."""

    type: str
    key: str


def numbers(name: str) -> list[str]:
    """The numbers of a name, in order: 737 and 747 are two things."""
    return _DIGITS.findall(name)


def in_digits(name: str) -> str:
    """The name with small numbers in digits: Group of Seven, as G7 has it."""
    return " ".join(str(_NUMBERS.get(word.lower(), word)) for word in name.split())


def plain_letters(name: str) -> str:
    """The name without accents."""
    if name.isascii():
        return name
    apart = normal("NFKD", name)
    return normal("NFC", "".join(c for c in apart if not unicodedata.combining(c)))


def folded(key: str, type_: str) -> str:
    """A normalised name without what spelling and punctuation vary; two such names of one type are one name.

    Accents, dots, apostrophes and hyphens go, initials close up (J. P. is JP), `&` is `and`, -isation is -ization,
    and of an organisation the legal form is written one way (Incorporated is Inc).
    """
    bare = re.sub(r"[.'’]", "", plain_letters(key).replace("&", " and "))
    words = re.sub(r"[^\w]+", " ", bare).strip()
    words = _LETTERS.sub(lambda run: run[0].replace(" ", ""), words).replace("isation", "ization")
    name, _, last = words.rpartition(" ")
    return f"{name} {_SUFFIXES[last]}" if type_ == "ORG" and name and last in _SUFFIXES else words


def legal_form(fold: str) -> tuple[str, str]:
    """A folded name without its legal form, and that form; empty when it has none."""
    name, _, last = fold.rpartition(" ")
    return (name, last) if name and last in _SUFFIXES.values() else (fold, "")


def rank(name: Name) -> tuple[bool, int, str, str]:
    """Of names of one thing the least stands for all: the longest, then the first by letters; MISC only among MISC."""
    return (name.type == "MISC", -len(name.key), name.key, name.type)


def gist(key: str) -> tuple[frozenset[str], str]:
    """The words of a normalised name, without stop words, plurals, and a country or `Department of` before them; and
    its legal form, empty when it has none.
    """
    name, form = legal_form(folded(key, "ORG"))
    words = _BEFORE.sub("", name).split()
    return frozenset(_singular(word) for word in words if word not in STOP_WORDS), form


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
