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
    places = [{(m.start, m.end, m.type) for m in mentions} for mentions in found]
    return score(zip((names for _, names in cases), places, strict=True))


def same_words(sentences: Iterable[Sentence]) -> float:
    """The share of sentences whose text, split at work, has the words it was annotated with."""
    texts = [(list(s.words), " ".join(s.words)) for s in sentences]
    return sum(words == [text[a:b] for a, b in split_words(text)] for words, text in texts) / len(texts)


def record(manifest: Path, part: str, result: dict[str, Score]) -> None:
    """Set the F1 of all and of each type under "measured"."""
    facts = json.loads(manifest.read_text(encoding="utf-8"))
    facts["measured"][part] = {
        name: {kind: figure for kind, figure in figures.items() if kind not in "PR"} for name, figures in result.items()
    }
    manifest.write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--final", action="store_true", help="PUD instead of the development part")
    parser.add_argument("--record", action="store_true", help="write the figures into the folder's manifest too")
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
    if options.record:
        record(options.folder / "manifest.json", "PUD" if options.final else "development", result)
    print(json.dumps(result | {"same_words": {name: round(same_words(part), 3) for name, part in parts.items()}}))


if __name__ == "__main__":
    main()
