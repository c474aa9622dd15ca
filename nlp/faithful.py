"""What a summary in a writer's own words says that its source does not: names, numbers and quotations.

When in doubt a thing counts as not said: an invented fact is worse than a dull summary.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nlp.quantities import parts, plain_numbers, quantities
from nlp.sentences import split_sentences

RULE = 1  # part of the lineage: raise it when results change
# A form of address says nothing of the person; an office must be in the source, if only as a common noun.
_ADDRESSES = frozenset(("mr", "mrs", "ms", "miss", "dr", "doctor", "sir", "lord", "lady"))
_ABBREVIATED = {
    "prof": "professor",
    "sen": "senator",
    "rep": "representative",
    "gov": "governor",
    "gen": "general",
    "col": "colonel",
    "lt": "lieutenant",
    "sgt": "sergeant",
    "pres": "president",
}
_OFFICES = frozenset(_ABBREVIATED.values()) | frozenset(
    ("judge", "justice", "minister", "secretary", "chancellor", "chairman", "mayor", "king", "queen", "prince", "pope")
)
_ARTICLES = frozenset(("the", "a", "an"))

_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_MARKS = str.maketrans({**dict.fromkeys("‘’‛`´", "'"), **dict.fromkeys("“”„‟«»", '"')})
_WORD = re.compile(
    r"(?P<word>[^\W\d_](?:\.[^\W\d_])+\b(?!')\.?"  # U.S.
    r"|[^\W_]+(?:'(?!s\b)[^\W_]+)*)(?P<possessive>'s\b|'(?!\w))?",  # O'Hare; Kyiv|'s
    re.IGNORECASE,
)
_TIGHT = re.compile(r"\.?(?:\s+|[-/]|\s*&\s*)?")  # what may stand between two words of a name
_SINGLE = re.compile(r"(?<![\w'])'(?=\S)([^']*(?:(?<=\w)'(?=\w)[^']*)*)'(?!\w)")


class _Word(NamedTuple):
    written: str
    key: str  # how it is compared
    opens: bool  # a sentence, where any word has a capital
    apart: bool  # more than a space, a hyphen or a full stop is between it and the word before

    @property
    def capitalised(self) -> bool:
        return self.written != self.written.lower()

    @property
    def acronym(self) -> bool:
        return self.written[1:] != self.written[1:].lower()


def unsupported(source: str, summary: str, names: Sequence[str]) -> list[str]:
    """The names, numbers and quotations of `summary` that `source` does not have, as written, each once.

    `names` are those that a tagger found in the summary; what else has a capital within a sentence is a name, too. A
    name is there when its words follow each other there: "Jens Stoltenberg" covers "Stoltenberg".
    """
    source, summary = _plain(source), _plain(summary)
    missing = [*_names(source, summary, names), *_numbers(source, summary), *_quotations(source, summary)]
    return list(dict.fromkeys(missing))


def _plain(text: str) -> str:
    return _INVISIBLE.sub("", plain_numbers(text)).translate(_MARKS)


def _numbers(source: str, summary: str) -> Iterator[str]:
    known = {form for q in quantities(source) for form in (q.form, *parts(q.form))}
    return (summary[q.start : q.end] for q in quantities(summary) if q.form not in known)


def _quotations(source: str, summary: str) -> Iterator[str]:
    said = _flat(source)
    for quoted in _quoted(summary):
        for start, end in split_sentences(quoted):
            words = _flat(quoted[start:end]).strip(" .,;:")
            if words and not re.search(rf"(?<!\w){re.escape(words)}(?!\w)", said):
                yield f'"{words}"'


def _quoted(text: str) -> Iterator[str]:
    """What stands between marks; where one has no other, all that follows the first."""
    pieces = text.split('"')
    yield from pieces[1:] if len(pieces) % 2 == 0 else pieces[1::2]
    for piece in pieces:
        yield from (match[1] for match in _SINGLE.finditer(piece))


def _flat(text: str) -> str:
    return " ".join(text.replace('"', "'").split())


def _names(source: str, summary: str, names: Sequence[str]) -> Iterator[str]:
    text, words = _Source(_words(source)), _words(summary)
    tagged: set[int] = set()
    for name in filter(None, map(_words, map(_plain, names))):
        tagged |= _places(words, [word.key for word in name])
        if not text.names(name):
            yield _written(name)
    for run in _runs(words, tagged):
        if not text.names(run, tagged=False) and not text.opens_before(run):
            yield _written(run)


def _words(text: str) -> list[_Word]:
    found: list[_Word] = []
    for sentence in split_sentences(text):
        before = None
        for match in _WORD.finditer(text, *sentence):
            apart = (
                before is None or bool(before["possessive"]) or not _TIGHT.fullmatch(text, before.end(), match.start())
            )
            written = match["word"].replace(".", "")
            key = written.casefold()
            found.append(_Word(written, _ABBREVIATED.get(key, key), before is None, apart))
            before = match
    return found


def _written(name: Sequence[_Word]) -> str:
    return " ".join(word.written for word in name)


def _places(words: Sequence[_Word], keys: Sequence[str]) -> set[int]:
    """Where the keys follow each other."""
    firsts = (i for i, word in enumerate(words) if word.key == keys[0])
    found = (range(i, i + len(keys)) for i in firsts if [word.key for word in words[i : i + len(keys)]] == list(keys))
    return {place for run in found for place in run}


def _runs(words: Sequence[_Word], tagged: set[int]) -> Iterator[list[_Word]]:
    """Words with a capital next to each other that no tagger named; one that only opens a sentence is none."""
    run: list[_Word] = []
    for place, word in enumerate([*words, _Word("", "", opens=True, apart=True)]):
        named = word.capitalised and place not in tagged
        if run and (word.apart or not named):
            if len(run) > 1 or run[0].acronym or not run[0].opens:
                yield run
            run = []
        if named:
            run.append(word)


class _Source:
    """The words of the source, and where each is."""

    def __init__(self, words: list[_Word]) -> None:
        self._words = words
        self._places: dict[str, list[int]] = {}
        for place, word in enumerate(words):
            self._places.setdefault(word.key, []).append(place)

    def names(self, name: Sequence[_Word], tagged: bool = True) -> bool:
        """Whether the name is here. One that no tagger found may have small letters here: "Prime Minister"."""
        while len(name) > 1 and self._may_lack(name[0]):
            name = name[1:]
        if name[0].key in _OFFICES and len(name) == 1:
            return name[0].key in self._places
        strict = tagged or len(name) == 1 or name[0].opens
        return any(self._stands(name, place, strict) for place in self._places.get(name[0].key, ()))

    def opens_before(self, run: Sequence[_Word]) -> bool:
        """Whether the run is a name behind a common word that opens the sentence: "On Monday"."""
        common = any(not self._words[place].capitalised for place in self._places.get(run[0].key, ()))
        return run[0].opens and common and len(run) > 1 and self.names(run[1:], tagged=False)

    def _may_lack(self, first: _Word) -> bool:
        """Whether the first word of several can be left out: an article, an address, an office that is mentioned."""
        mentioned = first.key in self._places
        return first.key in _ARTICLES or first.key in _ADDRESSES or (first.key in _OFFICES and mentioned)

    def _stands(self, name: Sequence[_Word], place: int, strict: bool) -> bool:
        here = self._words[place : place + len(name)]
        return len(here) == len(name) and all(
            said.key == word.key and (not i or word.apart or not said.apart) and (not strict or _same_case(said, word))
            for i, (said, word) in enumerate(zip(here, name, strict=True))
        )


def _same_case(said: _Word, word: _Word) -> bool:
    """A name has a capital; an acronym is no word that merely opens a sentence: "WHO" is not "Who"."""
    if word.acronym and not said.acronym:
        return said.capitalised and not said.opens
    return said.capitalised or not word.capitalised
