"""Summaries against people's: `python -m bench.summary [--short] [--data FOLDER]`.

ROUGE-1, ROUGE-2 and ROUGE-Lsum F1 (Lin 2004, lower case, no stemming, the best reference of each document) on the
news of GUM, ours beside the first three sentences in the same run. The weights in nlp/summary.py were chosen on the
documents of odd place; "unseen" is the others.
"""

import argparse
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from nlp.sentences import split_sentences
from nlp.spans import Span
from workers.engines.embedder import Embedder
from workers.engines.summarizer import Summarizer

SENTENCES = 3
Document = tuple[str, str, list[str]]  # headline, text, references
Summarize = Callable[[str, str, Sequence[Span]], list[Span]]


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="the same: it is short")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--genre", default="news")
    options = parser.parse_args()
    started = time.perf_counter()
    documents = _documents(options.data / "summ_gum_cc.jsonl", options.genre)
    summarizer = Summarizer(Embedder(), SENTENCES)

    def ours(title: str, text: str, spans: Sequence[Span]) -> list[Span]:
        return [Span(c.start, c.end) for c in summarizer.summarize(title, text, spans)]

    def first(_title: str, _text: str, spans: Sequence[Span]) -> list[Span]:
        return list(spans[:SENTENCES])

    measured = {name: _scores(way, documents) for name, way in (("ours", ours), ("lead-3", first))}
    goal, got = measured["lead-3"]["all"], measured["ours"]["all"]
    bars = [
        {"what": f"{name}, not below lead-3", "goal": goal[name], "got": got[name], "met": got[name] >= goal[name]}
        for name in goal
    ]
    result = {
        "bench": "summary",
        "bars": bars,
        "baseline": measured["lead-3"],
        "ours": measured["ours"],
        "documents": len(documents),
        "cores": os.cpu_count(),
        "versions": {"summarizer": summarizer.lineage},
        "seconds": round(time.perf_counter() - started, 1),
    }
    print(json.dumps(result, indent=2))


def _documents(file: Path, genre: str) -> list[Document]:
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    wanted = [row for row in rows if genre in (row["genre"], "all")]
    found = []
    for row in wanted:
        title, _, text = row["article"].strip().partition("\n")
        found.append((title, text.strip(), row["references"]))
    return found


def _scores(way: Summarize, documents: list[Document]) -> dict[str, dict[str, float]]:
    rows = []
    for title, text, references in documents:
        chosen = [text[start:end] for start, end in way(title, text, split_sentences(text))]
        rows.append({name: max(rouge(chosen, reference) for reference in references) for name, rouge in ROUGE.items()})
    parts = {"all": rows, "unseen": rows[1::2]}
    return {
        part: {name: round(100 * sum(r[name] for r in some) / len(some), 1) for name in ROUGE}
        for part, some in parts.items()
    }


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

if __name__ == "__main__":
    main()
