"""How often the articles most alike tell the same event: `python -m bench.neighbours [--short] [--data FOLDER]`.

On the development half of ECB+ (two different events of one kind share a topic). What Copydesk compares (headline and
lead) beside the mean of all sentence vectors, and TF-IDF cosine over whole texts, in the same run.
"""

import argparse
import json
import math
import os
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from nlp.likeness import lead
from nlp.sentences import split_sentences
from workers.engines.embedder import Embedder

Matrix = NDArray[np.float32]


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="the first 120 articles only")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    started = time.perf_counter()
    lines = (options.data / "clusters_ecb_dev.jsonl").read_text().splitlines()
    articles = [json.loads(line) for line in lines][: 120 if options.short else None]
    events = [article["cluster"] for article in articles]
    embedder = Embedder()
    ways: dict[str, Callable[[str], Matrix]] = {
        "headline and lead": lambda text: _lead_vector(embedder, text),
        "mean of sentences": lambda text: _mean_vector(embedder, text),
    }
    texts = [article["text"] for article in articles]
    measured = {name: _precision(np.stack([way(text) for text in texts]), events) for name, way in ways.items()}
    result = {
        "bench": "neighbours",
        "bars": [],
        "baseline": {"tf-idf": _precision(_tfidf(texts), events), "mean of sentences": measured["mean of sentences"]},
        "ours": measured["headline and lead"],
        "articles": len(articles),
        "cores": os.cpu_count(),
        "versions": {"onnxruntime": onnxruntime.__version__, "embedder": embedder.weights},
        "seconds": round(time.perf_counter() - started, 1),
    }
    print(json.dumps(result, indent=2))


def _lead_vector(embedder: Embedder, text: str) -> Matrix:
    spans = split_sentences(text)
    return embedder.embed([lead("", text, spans)])[0]  # the first sentence is the headline


def _mean_vector(embedder: Embedder, text: str) -> Matrix:
    total: Matrix = embedder.embed([text[start:end] for start, end in split_sentences(text)]).sum(axis=0)
    return total / np.linalg.norm(total)


def _tfidf(texts: list[str]) -> Matrix:
    """Rows of length 1: logarithmic counts times logarithmic rarity."""
    counts = [Counter(re.findall(r"\w+", text.lower())) for text in texts]
    spread = Counter(word for count in counts for word in count)
    places = {word: place for place, word in enumerate(spread)}
    rows = np.zeros((len(texts), len(places)), dtype=np.float32)
    for row, count in zip(rows, counts, strict=True):
        for word, times in count.items():
            row[places[word]] = (1 + math.log(times)) * math.log(len(texts) / spread[word])
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _precision(vectors: Matrix, events: list[str]) -> dict[str, float]:
    """Same-event precision at 1 and 5 of articles that have that many fellows, and of all pairs above a cosine."""
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, -1)
    order = np.argsort(-alike, axis=1)
    same = np.array([[a == b for b in events] for a in events])
    found: dict[str, float] = {}
    for k in (1, 5):
        rows = [i for i in range(len(events)) if same[i].sum() - 1 >= k]
        found[f"P@{k}"] = round(float(np.mean([same[i, order[i, :k]].mean() for i in rows])), 3)
    upper = np.triu_indices(len(events), 1)
    for cosine in (0.4, 0.5, 0.55, 0.6, 0.65, 0.7):
        above = alike[upper] >= cosine
        found[f"precision of pairs at {cosine}"] = round(float(same[upper][above].mean()), 3) if above.any() else 1.0
        found[f"recall of pairs at {cosine}"] = round(float(above[same[upper]].mean()), 3)
    return found


if __name__ == "__main__":
    main()
