"""The labelled pairs of press releases, three known rules for them, and folds that keep a template in one fold."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.duplicates import days_apart
from nlp.passages import Passages, read

RELATED = 0.1  # of the smaller pair's passages that another pair has, from which both are in one fold
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Pair:
    """Two texts. Labels: D same, V edited, T template, U later stage, L localised, R related, N neither."""

    label: str
    duplicate: bool
    texts: tuple[str, str]
    passages: tuple[Passages, Passages]
    days: float  # between their dates


def load(file: Path) -> list[Pair]:
    """All pairs, in the order of the file."""
    found = []
    for line in file.read_text().splitlines():
        row = json.loads(line)
        texts = row["a"]["text"], row["b"]["text"]
        days = days_apart(*(datetime.fromisoformat(row[name]["date"]) for name in "ab"))
        found.append(Pair(row["label"], row["duplicate"], texts, (read(texts[0]), read(texts[1])), days))
    return found


def families(pairs: list[Pair]) -> list[int]:
    """A number for each pair, the same for pairs whose texts have passages in common, also by way of others."""
    passages = [pair.passages[0].distinct | pair.passages[1].distinct for pair in pairs]
    family = list(range(len(pairs)))
    for one in range(len(pairs)):
        for other in range(one):
            shared = len(passages[one] & passages[other])
            if shared >= RELATED * min(len(passages[one]), len(passages[other])) and family[one] != family[other]:
                family = [family[one] if f == family[other] else f for f in family]
    return family


def folds(family: list[int], count: int, seed: int) -> NDArray[np.int_]:
    """A fold for each pair: families whole, the largest first, in a random order, each into the emptiest fold."""
    sizes, of = [0] * count, dict[int, int]()
    order = [int(name) for name in np.random.default_rng(seed).permutation(sorted(set(family)))]
    for name in sorted(order, key=lambda name: -family.count(name)):
        of[name] = int(np.argmin(sizes))
        sizes[of[name]] += family.count(name)
    return np.array([of[name] for name in family])


def jaccard(pair: Pair) -> float:
    """Of runs of three words."""
    one, other = map(_shingles, pair.texts)
    return len(one & other) / max(len(one | other), 1)


def containment(pair: Pair) -> float:
    """Of the smaller text's runs of three words in the larger's."""
    one, other = map(_shingles, pair.texts)
    return len(one & other) / max(min(len(one), len(other)), 1)


def simhash_bits(pair: Pair) -> int:
    """In how many of 64 bits the SimHashes over runs of two words differ; runs of one, three and four do worse."""
    one, other = map(_simhash, pair.texts)
    return int((one != other).sum())


def _shingles(text: str, length: int = 3) -> frozenset[str]:
    words = re.findall(r"\w+", text.lower())
    return frozenset(" ".join(words[place : place + length]) for place in range(len(words) - length + 1))


def _simhash(text: str) -> Flags:
    digests = [blake2b(run.encode(), digest_size=8).digest() for run in sorted(_shingles(text, 2))]
    bits = np.unpackbits(np.frombuffer(b"".join(digests), dtype=np.uint8)).reshape(-1, 64)
    return np.asarray(bits.mean(axis=0) > 0.5)


BASELINES: dict[str, Callable[[Pair], bool]] = {
    "Jaccard at least .80": lambda pair: jaccard(pair) >= 0.8,
    "SimHash at most 10 bits apart": lambda pair: simhash_bits(pair) <= 10,
    "containment at least .91": lambda pair: containment(pair) >= 0.91,
}
