"""Sentences as bags of content words: vectors whose dot product says how many words two sentences share."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"\w+")
_STEM = 6  # letters: "election", "elections" and "elected" begin alike
_COMMON = frozenset(
    re.findall(
        r"\w+",
        """
    a about after again against all also although am among an and another any are as at be because been before
    being between both but by can could did do does doing down during each either ever every few first for from
    further had has have having he her here hers him his how however i if in into is it its itself just last
    like made make many may me might more most much must my new no nor not now of off on once one only or other
    our out over own per said same say says she should since so some such than that the their them then there
    these they this those though through to too two under until up upon us very was we were what when where
    which while who whom whose why will with within without would year years yet you your
    """,
    )
)


def bags(texts: Sequence[str]) -> NDArray[np.float32]:
    """One L2-normalised row per text over the content words of all; a text without any has a row of zeros."""
    found = [_content(text) for text in texts]
    places = {word: place for place, word in enumerate(sorted(set().union(*found)))}
    rows = np.zeros((len(texts), max(len(places), 1)), dtype=np.float32)
    for row, words in zip(rows, found, strict=True):
        row[[places[word] for word in words]] = 1.0
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return rows


def _content(text: str) -> set[str]:
    """The beginnings of the words that carry meaning, in lower case."""
    return {word[:_STEM] for word in _WORD.findall(text.lower()) if word not in _COMMON and len(word) > 1}
