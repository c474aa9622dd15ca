"""The neighbours a page declares: "Previous Article" and "Next Article", each with a headline."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Which = Literal["previous", "next"]


@dataclass(frozen=True)
class Declared:
    """The article before or after this one, as its page says. `title` may be empty where there is a `url`."""

    kind: Which
    title: str
    url: str | None = None


_BEFORE, _AFTER = r"previous(?:ly)?|prev\.?|older", r"next|newer"
_NOUN = r"(?: +(?:article|post|story|entry|news(?: item)?|item))"
_ARROWS = " \t«»←→‹›<>⟵⟶◀▶◄►⇐⇒|•"
_LABEL = re.compile(rf"(?P<kind>{_BEFORE}|{_AFTER})(?:{_NOUN}s?)? *[:–—-]?", re.IGNORECASE)
# On one line with its headline a label needs a noun and a colon or the like, or an arrow, or a colon.
_LABELLED = re.compile(
    rf"(?P<kind>{_BEFORE}|{_AFTER})(?:{_NOUN} *(?P<mark>[:–—|»«›‹→←-])|(?P<colon> *:)) *(?P<title>\S.*)", re.IGNORECASE
)
_LEFT = re.compile(r"[«←‹⟵⇐]\s*(?P<title>\S.*)")
_RIGHT = re.compile(r"(?P<title>.*\S)\s*[»→›⟶⇒]")
_INITIALS = re.compile(r"(?<=\b[A-Z]\.[A-Z])\.$")  # "... Ambassador to the U.S." is a headline all the same
_MOST_CHARACTERS, _MOST_WORDS = 250, 35


def label_of(line: str) -> Which | None:
    """Which neighbour a line announces, if it is nothing but the label: "Previous Article", "← Older post"."""
    found = _LABEL.fullmatch(line.strip(_ARROWS)) if len(line) < 60 else None
    return _which(found["kind"]) if found else None


def labelled(line: str) -> Declared | None:
    """The neighbour in a line that holds label and headline: "Next story: Talks fail", "← Talks fail"."""
    if len(line) > _MOST_CHARACTERS:
        return None
    if found := _LABELLED.fullmatch(line.strip(_ARROWS)):
        return Declared(_which(found["kind"]), found["title"].strip(_ARROWS))
    left, right = _LEFT.fullmatch(line), _RIGHT.fullmatch(line)
    if bool(left) == bool(right) or not is_headline(line.strip(_ARROWS)):
        return None
    title = line.strip(_ARROWS)
    return Declared("previous" if left else "next", title) if len(title.split()) > 2 else None


def is_headline(line: str) -> bool:
    """Whether a line can be a headline: short, with a letter in it, and not ending as a sentence does."""
    line = _INITIALS.sub("", line)
    short = len(line) <= _MOST_CHARACTERS and len(line.split()) <= _MOST_WORDS
    return short and not line.endswith((".", ",", ";", ":")) and any(map(str.isalpha, line))


def take(lines: list[str], is_noise: Callable[[str], bool]) -> tuple[list[str], list[Declared]]:
    """The lines that are body, and the neighbours declared among the others.

    A headline follows its label, or two labels are followed by two headlines; noise and empty lines lie between.
    """
    kept: list[str] = []
    found: list[Declared] = []
    waiting: list[Which] = []
    for line in lines:
        text = line.strip()
        if waiting and text and label_of(text) is None and not is_noise(text):
            which, title = waiting.pop(0), text.strip(_ARROWS)
            if is_headline(title):
                found.append(Declared(which, title))
                continue
            waiting.clear()
        if which_label := label_of(text):
            waiting.append(which_label)
        elif declared := None if is_noise(text) else labelled(text):
            found.append(declared)
        else:
            kept.append(line)
    return kept, found


def _which(word: str) -> Which:
    return "next" if word.lower() in {"next", "newer"} else "previous"
