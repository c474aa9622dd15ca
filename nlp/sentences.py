"""Where sentences begin and end in a text."""

import re

from nlp.spans import Span


def _words(row: str) -> frozenset[str]:
    return frozenset(row.split())


_ABBREVIATIONS = _words(
    """mr mrs ms messrs dr prof rev hon sen sens rep reps gov govs pres gen maj col lt capt sgt cpl cmdr adm brig supt
    insp det sr jr fr st mt ft amb atty asst assoc dep dir sec secy
    inc corp co cos ltd bros dept univ ave blvd rd hwy sq no nos vol vols pp fig figs ch art sect approx est vs v cf al
    etc viz e.g i.e tel ext max min avg
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat"""
)
# These end a sentence as well, if a word that opens one follows.
_FINAL = _words(
    """inc corp co cos ltd bros jr sr etc al dept univ ave blvd rd hwy sq st mon tue wed thu fri sat
    jan feb aug sept oct nov dec"""
)
_BEFORE_NUMBER = _words("no nos vol vols pp fig figs ch art sect approx est")
# They open a sentence and hardly ever follow "U.S." or "Inc." within one.
_OPENERS = _words(
    """The A An This That These Those It He She They We You I His Her Their Its Our My But And Or So Yet If When While
    After Before Since Although Though Because As At In On For From With By To Of Under Over During However Meanwhile
    Then There Here What Who Why How Where Which No Not Now Some Many Most All Both Each Every Any Other Another Last
    Next Earlier Later Also Still Even Despite According Asked Once Until Such Additionally Moreover Furthermore
    Finally Instead Separately Officials Police"""
)
_MARK = re.compile(r"[.!?…。！？]+")
_CLOSING = "\"'”’»)]}"
_CLOSERS = re.compile(rf"[{re.escape(_CLOSING)}]{{0,8}}(?: [\"'”’]{{1,2}}(?=\s|$))?")
_OPENING = "\"'“‘«([{¿¡-–—•"
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")  # U.S, a.m, J.K
_CLOCK = re.compile(r"[ap]\.m", re.IGNORECASE)
_TOKEN = 40  # characters before a stop that can be an abbreviation
_WORD = re.compile(r"\s+(\S{1,40})")
_SPEECH = re.compile(
    r"\s+(?:(?:he|she|they|it|we|I|[A-Z][\w.'’-]*)\s+){1,3}"
    r"(?:said|says|asked|asks|wrote|added|told|shouted|replied|tweeted|reads?|cried|chanted|wondered)\b"
)
_NUMBERED = re.compile(r"\(?(?:\d{1,3}|[A-Za-z])\)?")


def split_sentences(text: str) -> list[Span]:
    """The sentences of `text`, in order, without the space around them; together they hold every other character.

    A sentence never crosses an empty line. Time is linear in the length of the text.
    """
    found: list[Span] = []
    start = 0
    for gap in re.finditer(r"\n[^\S\n]*\n\s*", text):
        found += _paragraph(text, start, gap.start())
        start = gap.end()
    return found + _paragraph(text, start, len(text))


def _paragraph(text: str, start: int, end: int) -> list[Span]:
    found: list[Span] = []
    for mark in _MARK.finditer(text, start, end):
        stop = _closed(text, mark.end(), end)
        if stop < end and text[stop].isspace() and mark.start() >= start and _ends(text, start, mark, stop, end):
            found += _trimmed(text, start, stop)
            start = stop
    return found + _trimmed(text, start, end)


def _closed(text: str, place: int, end: int) -> int:
    """Where the quotes and brackets that close after a stop end."""
    closers = _CLOSERS.match(text, place, end)
    return closers.end() if closers else place


def _trimmed(text: str, start: int, end: int) -> list[Span]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return [Span(start, end)] if start < end else []


def _ends(text: str, start: int, mark: re.Match[str], stop: int, end: int) -> bool:
    """Whether the sentence that began at `start` ends with this stop, judged by the word before and the word after."""
    follower = _word_after(text, stop, end)
    if not follower or _continues(follower):
        return False
    if mark[0] != "." or stop > mark.end():
        # A question or an exclamation inside quotes goes on with its speaker: "Why?" Smith asked.
        return not (stop > mark.end() and mark[0] != "." and _is_speech(text, stop, end))
    return _full_stop(
        _word_before(text, max(start, mark.start() - _TOKEN), mark.start()), follower, start, mark.start()
    )


def _full_stop(word: str, follower: str, start: int, place: int) -> bool:
    """Whether one period after `word`, with `follower` behind it, ends a sentence and not an abbreviation."""
    bare = word.lstrip(_OPENING)
    key = bare.lower()
    if place - start <= len(word) + 2 and _NUMBERED.fullmatch(bare):
        return False  # "1. Preparations": the number of a list item
    if len(bare) == 1 and bare.isalpha() and bare.isupper():
        return bare == "I" and follower in _OPENERS  # an initial
    if _CLOCK.fullmatch(bare) or _DOTTED.fullmatch(bare):
        return follower in _OPENERS or (follower[0] in _OPENING and follower.lstrip(_OPENING) in _OPENERS)
    if key in _BEFORE_NUMBER:
        return not follower[0].isdigit() and key in {"no", "art", "est"}
    if key in _ABBREVIATIONS and (
        bare[0].isupper() or key in {"vs", "v", "cf", "al", "etc", "approx", "e.g", "i.e", "viz"}
    ):
        return key in _FINAL and follower in _OPENERS
    return True


def _continues(follower: str) -> bool:
    """Whether a word cannot open a sentence: it starts small, and is no name such as iPhone."""
    bare = follower.lstrip(_OPENING)
    if not bare:
        return False
    return bare[0].islower() and not any(map(str.isupper, bare[1:3]))


def _is_speech(text: str, stop: int, end: int) -> bool:
    """Whether a name or pronoun and a verb of speech follow: `Smith asked`, `he said`."""
    return bool(_SPEECH.match(text, stop, min(end, stop + 80)))


def _word_before(text: str, start: int, end: int) -> str:
    word = text[start:end].split()
    return word[-1] if word and not text[end - 1].isspace() else ""


def _word_after(text: str, stop: int, end: int) -> str:
    """The next word, at most 40 characters of it, without the marks that close it."""
    found = _WORD.match(text, stop, min(end, stop + 60))
    return found[1].rstrip(",;:.!?" + _CLOSING) or found[1] if found else ""
