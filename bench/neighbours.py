"""How often the articles most alike tell the same event: `python -m bench.neighbours [--short] [--data FOLDER]`.

Three ways of ranking an article's neighbours in one run: Copydesk's score, cosines of lead vectors, TF-IDF cosines of
whole texts. The weights of the score are picked on the topics other than those they are judged by; what is shipped is
reported beside.
"""

import argparse
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from bench.events import Events, Matrix, compared, judged, lead_vectors, picked_elsewhere, read_events, tfidf
from bench.report import bar, print_report
from nlp.pairs import NAMES, NUMBERS, VECTOR, WORDS, Parts, parts, scores
from workers.engines.embedder import Embedder

STEPS = (0.25, 0.5, 0.75, 1.0)  # weights of vectors, names and numbers that are tried, that of words being 1
NAMED = ("P@1", "P@5", "MAP")
LEVELS = (0.2, 0.25, 0.3, 0.35, 0.4)


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="the same: it is short")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    events = read_events(options.data)
    embedder = Embedder()
    vectors = lead_vectors(embedder, events.texts)
    articles = compared(events.texts, vectors)
    baseline = {
        "tf-idf": _figures(_ranked(tfidf(events.texts), events)),
        "vectors": _figures(_ranked((vectors @ vectors.T).astype(np.float64), events)),
    }
    left_out, picks = _left_out(parts(articles, articles), events)
    shipped = scores(articles, articles)
    ours = {
        "topics left out": left_out,
        "picked (words, vector, names, numbers)": picks,
        "as shipped": _figures(_ranked(shipped, events)),
        "shipped (words, vector, names, numbers)": [round(w / WORDS, 2) for w in (WORDS, VECTOR, NAMES, NUMBERS)],
        "pairs, as shipped": _pairs(shipped, events),
    }
    bars = [
        bar(f"{name} above both, topics left out", round(max(b[name] for b in baseline.values()) + 0.0001, 4), got)
        for name, got in left_out.items()
    ]
    versions = {"onnxruntime": onnxruntime.__version__, "embedder": embedder.weights}
    print_report("neighbours", bars, baseline=baseline, ours=ours, versions=versions, articles=len(events.texts))


def _left_out(found: Parts, events: Events) -> tuple[dict[str, float], dict[str, int]]:
    """Figures where each topic is ranked with the weights that do best, by the mean of the three, on all others."""
    measured = {}
    for weights in itertools.product(STEPS, repeat=3):
        mixed = found.words + sum(
            w * p for w, p in zip(weights, (found.vector, found.names, found.numbers), strict=True)
        )
        measured[(1.0, *weights)] = _ranked(mixed, events)
    picks, counted = picked_elsewhere(measured, events.topics, lambda some: float(np.nanmean(some, axis=1).mean()))
    return _figures(judged(measured, events.topics, picks)), {str(option): n for option, n in counted.items()}


def _ranked(alike: Matrix, events: Events) -> Matrix:
    """A column an article: precision at 1 and at 5, and average precision; not a number without so many fellows."""
    alike = alike.copy()
    np.fill_diagonal(alike, -np.inf)
    order = np.argsort(-alike, axis=1, kind="stable")[:, :-1]
    hits = np.take_along_axis(events.same, order, axis=1)
    fellows = hits.sum(axis=1)
    precisions = np.cumsum(hits, axis=1) / np.arange(1, hits.shape[1] + 1)
    average = (precisions * hits).sum(axis=1) / np.maximum(fellows, 1)
    ranked = np.stack([hits[:, 0].astype(float), hits[:, :5].mean(axis=1), average])
    ranked[:, fellows < 1] = np.nan
    ranked[1, fellows < 5] = np.nan
    return ranked


def _figures(ranked: Matrix) -> dict[str, float]:
    return {name: round(float(np.nanmean(row)), 4) for name, row in zip(NAMED, ranked, strict=True)}


def _pairs(alike: Matrix, events: Events) -> dict[str, Any]:
    """Precision and recall of all pairs from a score on."""
    upper = np.triu_indices(len(alike), 1)
    found = {}
    for level in LEVELS:
        above = alike[upper] >= level
        same = events.same[upper]
        found[f"{level}"] = {
            "precision": round(float(same[above].mean()), 3),
            "recall": round(float(above[same].mean()), 3),
        }
    return found


if __name__ == "__main__":
    main()
