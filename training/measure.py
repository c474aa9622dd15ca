"""Measure a tagger's checkpoint folder on the development part or, once all is chosen, on PUD.

    python -m training.measure workers/checkpoints/tagger [--final]
"""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path

from nlp.words import split_words
from training.corpora import GOLD, Sentence, read_evaluation, read_pool, spans
from training.scores import Score, score
from workers.engines.tagger import Tagger

Places = set[tuple[int, int, str]]


def expected(sentence: Sentence) -> tuple[str, Places]:
    """The words with a space between, and the annotated names at code points of that text."""
    starts = [0]
    for word in sentence.words:
        starts.append(starts[-1] + len(word) + 1)
    return " ".join(sentence.words), {(starts[a], starts[b] - 1, kind) for a, b, kind in spans(sentence.tags)}


def measure(tagger: Tagger, sentences: Iterable[Sentence]) -> Score:
    """Exact-span scores of the engine as it runs at work."""
    cases = [expected(sentence) for sentence in sentences]
    found = tagger.tag([text for text, _ in cases])
    return score((names, {(m.start, m.end, m.type) for m in some}) for (_, names), some in zip(cases, found, strict=True))


def same_words(sentences: Iterable[Sentence]) -> float:
    """The share of sentences whose text, split at work, has the words it was annotated with."""
    every = [[w for w in s.words if w] == [t[a:b] for t in [" ".join(s.words)] for a, b in split_words(t)] for s in sentences]
    return sum(every) / len(every)


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--final", action="store_true", help="PUD instead of the development part")
    options = parser.parse_args()
    tagger = Tagger(options.folder)
    if options.final:
        parts = {genre: read_evaluation(options.data, genre) for genre in ("news", "wikipedia")}
    else:
        _, development = read_pool(options.data)
        parts = {name: [s for s in development if s.source == name] for name in ("gmb-voa", "wnut17", *GOLD)}
    result = {name: measure(tagger, part) for name, part in parts.items()}
    if not options.final:
        result["choice"] = {"F1": round(sum(result[name]["F1"] for name in ("gmb-voa", *GOLD)) / 3, 2)}
    print(json.dumps(result | {"same_words": {name: round(same_words(part), 3) for name, part in parts.items()}}))


if __name__ == "__main__":
    main()
