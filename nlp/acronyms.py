"""Whether a short name is made of the letters of a long one.

After Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical text" (2003), but
stricter, since here the long name is known: the letters begin its words, but for few, and few words are left out.
"""

import re
from functools import lru_cache

from nlp.names import STOP_WORDS, in_digits, numbers, plain_letters

LONGEST = 10  # characters of an acronym, as in the paper
MOST_WORDS = 20  # of the long name; keeps the search small
_SHAPE = re.compile(r"[^\W_](?:[.&\-/]?[^\W_])+\.?")
_COUNTRY = re.compile(r"^(?:[Tt]he\s+)?(?:U\.?S\.?|U\.?K\.?|E\.?U\.?|U\.?N\.?)\s+(?=\S+\s)")
_DEPARTMENT = re.compile(r"^(?:[Tt]he\s+)?(?:Department|Ministry)\s+of\s+(?=\S+\s)")
_WORD = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"['’]s?(?=\W|$)")


def is_acronym(short: str) -> bool:
    """Two to ten letters or digits in one word, most of the letters capitals: NATO, U.S., DoD, G7; not Mac, not us."""
    letters = [c for c in short if c.isalnum()]
    capitals = sum(c.isupper() for c in letters)
    small = sum(c.islower() for c in letters)
    return bool(_SHAPE.fullmatch(short)) and 2 <= len(letters) <= LONGEST and capitals > small


def abbreviates(short: str, long: str) -> bool:
    """Whether the acronym is one of the long name, with the same numbers.

    Its letters begin words of the long name, in order, from the first word on; at least two words. Stop words need not
    give one. Either one other word may be left out, if the acronym has three letters or more (NCLB Act); or a word may
    give further letters: the following ones (MARAD), or one inside it for each three letters of the acronym (ASEAN). A
    country or `Department of` before the name need not be counted (EPA, HHS); a number may be in words (G7).
    """
    long = _POSSESSIVE.sub("", long)
    variants = {long, bare := _COUNTRY.sub("", long), _DEPARTMENT.sub("", bare)}
    variants |= {in_digits(name) for name in variants}
    return any(numbers(short) == numbers(name) and _fits(short, name) for name in variants)


def initials(long: str) -> str:
    """The first letters of the words that are no stop words; empty when fewer than two are more than a letter."""
    words = [word for word in _WORD.findall(_POSSESSIVE.sub("", long)) if word.casefold() not in STOP_WORDS]
    return "".join(word[0] for word in words) if sum(len(word) > 1 for word in words) > 1 else ""


def _fits(short: str, long: str) -> bool:
    letters = "".join(c for c in plain_letters(short).casefold() if c.isalnum())
    words = _WORD.findall(plain_letters(long).casefold())
    if len(words) > MOST_WORDS:
        return False
    while words and words[0] in STOP_WORDS and not letters.startswith(words[0][0]):
        words = words[1:]
    if len(words) < 2 or words[0][0] != letters[:1]:
        return False
    return _Search(letters, words, most=1).fits(0, int(len(letters) > 2)) or _Search(letters, words).fits(
        len(letters) // 3, 0
    )


class _Search:
    """Ways to take the letters from the words, of each word at most the first `most`; each state is looked at once."""

    def __init__(self, letters: str, words: list[str], most: int = LONGEST) -> None:
        self.letters, self.words, self.most = letters, words, most
        self.rest = lru_cache(maxsize=None)(self._rest)

    def fits(self, inside: int, skips: int) -> bool:
        """From the first word on, which must give its first letter."""
        return self._use(0, 0, 0, inside, skips)

    def _rest(self, letter: int, word: int, used: int, inside: int, skips: int) -> bool:
        """Whether the letters from `letter` on can be had from the words from `word` on."""
        if word == len(self.words):
            return letter == len(self.letters) and used > 1
        skip = 0 if self.words[word] in STOP_WORDS else 1
        if skip <= skips and self.rest(letter, word + 1, used, inside, skips - skip):
            return True
        return self._use(letter, word, used, inside, skips)

    def _use(self, letter: int, word: int, used: int, inside: int, skips: int) -> bool:
        """The word gives its first letter and perhaps more: first those that follow, then some from inside."""
        text, wanted = self.words[word], self.letters[letter:]
        taken = 0
        while taken < min(len(wanted), len(text), self.most) and wanted[taken] == text[taken]:
            taken += 1
            if self.rest(letter + taken, word + 1, min(used + 1, 2), inside, skips):
                return True
        at = taken
        while taken and inside and taken < len(wanted) and (at := text.find(wanted[taken], at)) >= 0:
            taken, at, inside = taken + 1, at + 1, inside - 1
            if self.rest(letter + taken, word + 1, min(used + 1, 2), inside, skips):
                return True
        return False
