"""News articles of known events, for measuring links and stories: the development half of ECB+, which is never shipped.

Two different events of one kind share a topic, so parameters are picked on topics other than those they are judged by.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from nlp.likeness import lead
from nlp.pairs import Features, features
from nlp.sentences import split_sentences
from nlp.terms import profile
from workers.engines.embedder import Embedder

Matrix = NDArray[np.float64]
Option = TypeVar("Option", bound=Hashable)


@dataclass(frozen=True)
class Events:
    """Articles with the topic and the event of each. `same` says of each pair whether its event is one."""

    texts: list[str]
    topics: NDArray[np.int64]
    same: NDArray[np.bool_]


def read_events(data: Path) -> Events:
    """All articles."""
    lines = (data / "clusters_ecb_dev.jsonl").read_text().splitlines()
    articles = [json.loads(line) for line in lines]
    events = np.unique([article["cluster"] for article in articles], return_inverse=True)[1]
    topics = np.array([article["topic"] for article in articles])
    return Events([article["text"] for article in articles], topics, events[:, None] == events[None])


def lead_vectors(embedder: Embedder, texts: Iterable[str]) -> NDArray[np.float32]:
    """What the neighbours task stores of each; the first sentence is the headline."""
    return np.concatenate([embedder.embed([lead("", text, split_sentences(text))]) for text in texts])


def compared(texts: Iterable[str], vectors: Iterable[NDArray[np.float32]]) -> list[Features]:
    """What the neighbours task compares of each, with these vectors."""
    return [features(profile("", text), vector) for text, vector in zip(texts, vectors, strict=True)]


def tfidf(texts: Sequence[str]) -> Matrix:
    """Cosines of whole texts: logarithmic counts times logarithmic rarity in these very texts."""
    counts = [Counter(re.findall(r"\w+", text.lower())) for text in texts]
    spread = Counter(word for count in counts for word in count)
    places = {word: place for place, word in enumerate(spread)}
    rows = np.zeros((len(texts), len(places)), dtype=np.float32)
    for row, count in zip(rows, counts, strict=True):
        for word, times in count.items():
            row[places[word]] = (1 + math.log(times)) * math.log(len(texts) / spread[word])
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows @ rows.T).astype(np.float64)


def picked_elsewhere(
    measured: Mapping[Option, Matrix], topics: NDArray[np.int64], value: Callable[[Matrix], float]
) -> tuple[dict[int, Option], Counter[Option]]:
    """For each topic the option whose `value` over the articles of all other topics is best, and how often which was.

    `measured` has for each option a column per article.
    """
    found = {
        int(topic): max(measured, key=lambda option: value(measured[option][:, topics != topic]))
        for topic in np.unique(topics)
    }
    return found, Counter(found.values())


def judged(measured: Mapping[Option, Matrix], topics: NDArray[np.int64], picks: Mapping[int, Option]) -> Matrix:
    """The columns of each topic's articles under the option that was picked without them."""
    return np.concatenate([measured[picks[int(t)]][:, topics == t] for t in np.unique(topics)], axis=1)
