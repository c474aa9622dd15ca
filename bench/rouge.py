"""ROUGE-1, ROUGE-2 and ROUGE-Lsum F1 (Lin 2004): lower case, no stemming."""

import re
from collections import Counter
from collections.abc import Callable

from nlp.sentences import split_sentences


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _f1(overlap: int, found: int, wanted: int) -> float:
    return 2 * overlap / (found + wanted) if found + wanted else 0.0


def _rouge_n(n: int, chosen: list[str], reference: str) -> float:
    def grams(text: str) -> Counter[tuple[str, ...]]:
        words = _words(text)
        return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))

    found, wanted = grams(" ".join(chosen)), grams(reference)
    return _f1((found & wanted).total(), found.total(), wanted.total())


def _rouge_lsum(chosen: list[str], reference: str) -> float:
    """The union of longest common subsequences, each reference sentence against all chosen ones."""
    wanted = [_words(reference[start:end]) for start, end in split_sentences(reference)]
    found = [_words(sentence) for sentence in chosen]
    hits = sum(len(set().union(*(_common(sentence, other) for other in found))) for sentence in wanted)
    return _f1(hits, sum(map(len, found)), sum(map(len, wanted)))


def _common(one: list[str], other: list[str]) -> set[int]:
    """Places in `one` of a longest common subsequence with `other`."""
    table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i, word in enumerate(one):
        for j, same in enumerate(other):
            table[i + 1][j + 1] = table[i][j] + 1 if word == same else max(table[i][j + 1], table[i + 1][j])
    places, i, j = set(), len(one), len(other)
    while i and j:
        if one[i - 1] == other[j - 1]:
            places.add(i - 1)
            i, j = i - 1, j - 1
        elif table[i - 1][j] >= table[i][j - 1]:
            i -= 1
        else:
            j -= 1
    return places


ROUGE: dict[str, Callable[[list[str], str], float]] = {
    "ROUGE-1": lambda chosen, reference: _rouge_n(1, chosen, reference),
    "ROUGE-2": lambda chosen, reference: _rouge_n(2, chosen, reference),
    "ROUGE-Lsum": _rouge_lsum,
}
