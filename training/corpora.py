"""Read the training sentences, clean them, and set a development part aside."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp.words import split_words

TAGS = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-MISC", "I-MISC")
UNKNOWN = "?"  # no loss on this word
OUTSIDE_OR_MISC = "O|MISC"  # the source does not annotate MISC

SOURCES = ("gmb-voa", "wikigold", "wnut17", "uner-ewt")
GOLD = ("wikigold", "uner-ewt")
_FILES = ("ner_train_gmb_voa_silver.jsonl", "ner_train_gold_small.jsonl")
_BLOCK = 40  # neighbouring sentences share a document: they go to the same part
_DEVELOPMENT = {"gmb-voa": 4, "wikigold": 12, "wnut17": 4, "uner-ewt": 12}  # per cent


@dataclass(frozen=True)
class Sentence:
    """Words, one tag a word, and the corpus they come from."""

    words: tuple[str, ...]
    tags: tuple[str, ...]
    source: str


def read_pool(data: Path) -> tuple[list[Sentence], list[Sentence]]:
    """Training and development sentences of the four sources, cleaned."""
    train: list[Sentence] = []
    development: list[Sentence] = []
    counts: dict[str, int] = dict.fromkeys(SOURCES, 0)
    for name in _FILES:
        for record in _records(data / name):
            source = record["source"]
            if source not in counts:
                continue
            block = counts[source] // _BLOCK
            counts[source] += 1
            sentence = refine(record["tokens"], record["tags"], source)
            if _is_development(source, block):
                development.append(sentence)
            elif is_clean(sentence):
                train.append(without_misc(sentence) if source == "uner-ewt" else sentence)
    return train, development


def read_evaluation(data: Path, genre: str = "news") -> list[Sentence]:
    """The PUD sentences of a genre: for the final figure only, never for a choice."""
    records = _records(data / "ner_eval_uner_pud.jsonl")
    return [refine(r["tokens"], r["tags"], r["source"]) for r in records if r["genre"] == genre]


def write_sentences(path: Path, sentences: Iterable[Sentence]) -> None:
    """One JSON object a line, as `read_sentences` takes it."""
    with path.open("w", encoding="utf-8") as out:
        for s in sentences:
            out.write(json.dumps({"tokens": s.words, "tags": s.tags, "source": s.source}, ensure_ascii=False) + "\n")


def read_sentences(path: Path) -> list[Sentence]:
    """Sentences with their tags as they stand."""
    return [Sentence(tuple(r["tokens"]), tuple(r["tags"]), r["source"]) for r in _records(path)]


def refine(tokens: Iterable[str], tags: Iterable[str], source: str) -> Sentence:
    """Split each annotated token by our own rules for words; the parts inherit its tag.

    The parts of a token such as "U.S.-led" or "Indian-controlled" carry no tag, because the annotation does not say
    which part is the name.
    """
    words: list[str] = []
    parts: list[str] = []
    for token, tag in zip(tokens, tags, strict=True):
        token = '"' if token in ("``", "''") else token
        pieces = [token[start:end] for start, end in split_words(token)]
        words += pieces
        parts += _inherit(pieces, tag)
    return Sentence(tuple(words), tuple(parts), source)


def _inherit(pieces: list[str], tag: str) -> list[str]:
    if len(pieces) == 1:
        return [tag]
    if "-" in pieces and pieces[0][:1].isupper():
        compound = pieces[-1].islower() and len(pieces[-1]) > 2
        if tag == "O" or compound:
            return [UNKNOWN] * len(pieces)
    return [tag] + ["I" + tag[1:] if tag != "O" else "O"] * (len(pieces) - 1)


def is_clean(sentence: Sentence) -> bool:
    """False if some name has neither a capital nor a digit: such sentences teach that any word may be a name."""
    return all(any(c.isupper() or c.isdigit() for c in name) for name in _names(sentence))


def _names(sentence: Sentence) -> Iterator[str]:
    return (" ".join(sentence.words[start:end]) for start, end, _ in spans(sentence.tags))


def without_misc(sentence: Sentence) -> Sentence:
    """Let "O" mean "O or MISC"."""
    tags = tuple(OUTSIDE_OR_MISC if tag == "O" else tag for tag in sentence.tags)
    return Sentence(sentence.words, tags, sentence.source)


def spans(tags: Iterable[str]) -> list[tuple[int, int, str]]:
    """(first word, one past the last, type) of each name; an I- tag that continues nothing starts a name."""
    found: list[tuple[int, int, str]] = []
    for i, tag in enumerate(tags):
        prefix, _, kind = tag.partition("-")
        if not kind:
            continue
        if prefix == "I" and found and found[-1][1:] == (i, kind):
            found[-1] = (found[-1][0], i + 1, kind)
        else:
            found.append((i, i + 1, kind))
    return found


def _is_development(source: str, block: int) -> bool:
    digest = hashlib.sha256(f"{source} {block}".encode()).digest()
    return digest[0] * 100 < _DEVELOPMENT[source] * 256


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
