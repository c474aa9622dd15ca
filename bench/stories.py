"""How well stories are found while articles arrive: `python -m bench.stories [--short] [--data FOLDER]`.

Event B-cubed F1 (Bagga and Baldwin 1998). Articles arrive in five random orders, each once; the rule's two parameters
are picked on topics other than those they are judged by. The baseline sees all articles at once: TF-IDF with average
linkage, its threshold picked in the same way.
"""

import argparse
import itertools
import random
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from bench.events import Events, Matrix, compared, judged, lead_vectors, picked_elsewhere, read_events, tfidf
from bench.report import bar, print_report
from nlp.pairs import scores
from nlp.stories import MOST_MEMBERS, MOST_STORIES, RATIO, TOUCHES, USUAL, carry, cluster
from workers.engines.embedder import Embedder

ORDERS = 5
RESAMPLES = 2000
RATIOS, USUALS = (0.65, 0.7, 0.75, 0.8, 0.85, 0.9), (0.2, 0.25, 0.3, 0.35)
THRESHOLDS = [round(float(t), 2) for t in np.arange(0.06, 0.5, 0.02)]
Labels = NDArray[np.int64]


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="only the ratio is picked, not the usual score")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    events = read_events(options.data)
    embedder = Embedder()
    vectors = lead_vectors(embedder, events.texts)
    articles = compared(events.texts, vectors)
    ours, left_out = _ours(scores(articles, articles), events, (USUAL,) if options.short else USUALS)
    baseline = _tfidf(events)
    bars = [
        bar("event B-cubed F1, topics left out, worst of five orders", 0.9, min(left_out)),
        bar("spread between orders", 0.02, round(max(left_out) - min(left_out), 4), below=True),
        bar("F1 above TF-IDF with average linkage", baseline["F1, topics left out"], min(left_out)),
    ]
    versions = {"onnxruntime": onnxruntime.__version__, "embedder": embedder.weights}
    print_report("stories", bars, baseline=baseline, ours=ours, versions=versions, articles=len(events.texts))


def _ours(alike: Matrix, events: Events, usuals: Sequence[float]) -> tuple[dict[str, Any], list[float]]:
    orders = [random.Random(seed).sample(range(len(alike)), len(alike)) for seed in range(ORDERS)]
    runs = {option: [Stream(alike, order, *option) for order in orders] for option in itertools.product(RATIOS, usuals)}
    measured = {option: [_bcubed(run.labels, events) for run in found] for option, found in runs.items()}
    means = {option: np.concatenate(found) for option, found in measured.items()}  # picked on all orders at once
    picks, counted = picked_elsewhere(means, events.topics, _mean_f1)
    left_out = [_f1(judged(_nth(measured, n), events.topics, picks)) for n in range(ORDERS)]
    shipped = runs[RATIO, USUAL]
    work = [size for run in shipped for size in run.clustered]
    ours = {
        "F1, topics left out, by order": left_out,
        "picked (ratio, usual)": {str(option): n for option, n in counted.items()},
        "F1, as shipped, by order": [_f1(found) for found in measured[RATIO, USUAL]],
        "precision and recall, as shipped": [round(float(x), 4) for x in measured[RATIO, USUAL][0].mean(axis=1)],
        "F1, as shipped, all at once": _f1(_bcubed(np.array(cluster(alike)), events)),
        "F1, as shipped, 95 % of resamples of the topics": _interval(measured[RATIO, USUAL][0], events),
        "articles clustered for each arriving one": {"mean": round(float(np.mean(work)), 1), "most": max(work)},
        "shipped (ratio, usual)": (RATIO, USUAL),
    }
    return ours, left_out


class Stream:
    """Articles arriving in an order, each clustered with the stories it touches, as tasks.stories does it."""

    def __init__(self, alike: Matrix, order: list[int], ratio: float, usual: float) -> None:
        self.labels: Labels = np.full(len(alike), -1)
        self.clustered: list[int] = []
        members: dict[int, list[int]] = {}
        for number, article in enumerate(order):
            touched = self._touched(alike[article], order[:number])
            pool = [article, *(one for story in touched for one in members[story][-MOST_MEMBERS:])]
            self.clustered.append(len(pool))
            self._carry(pool, cluster(alike[np.ix_(pool, pool)], ratio, usual), members)

    def _touched(self, alike: NDArray[np.float64], here: list[int]) -> list[int]:
        """The stories of the articles most alike, the nearest first."""
        near = sorted((one for one in here if alike[one] >= TOUCHES), key=lambda one: -alike[one])
        return list(dict.fromkeys(int(self.labels[one]) for one in near))[:MOST_STORIES]

    def _carry(self, pool: list[int], names: list[int], members: dict[int, list[int]]) -> None:
        before = [int(self.labels[one]) if self.labels[one] >= 0 else None for one in pool]
        carried = carry(names, before, {story: len(members[story]) for story in before if story is not None})
        for group, id_ in zip(carried.groups, carried.ids, strict=True):
            story = len(members) if id_ is None else id_
            for one in (pool[member] for member in group):
                if self.labels[one] >= 0:
                    members[int(self.labels[one])].remove(one)
                self.labels[one] = story
                members.setdefault(story, []).append(one)


def _interval(rows: Matrix, events: Events) -> list[float]:
    """Where F1 lies in 95 % of resamples of the topics: there are few, and they are not equally hard."""
    draws, topics = np.random.default_rng(0), np.unique(events.topics)
    places = {int(topic): np.flatnonzero(events.topics == topic) for topic in topics}
    found = [
        _f1(rows[:, np.concatenate([places[int(topic)] for topic in draws.choice(topics, len(topics))])])
        for _ in range(RESAMPLES)
    ]
    return [round(float(x), 3) for x in np.percentile(found, (2.5, 97.5))]


def _nth(measured: Mapping[Any, list[Matrix]], n: int) -> dict[Any, Matrix]:
    return {option: found[n] for option, found in measured.items()}


def _tfidf(events: Events) -> dict[str, Any]:
    measured: dict[Hashable, Matrix] = {
        threshold: _bcubed(labels, events) for threshold, labels in _average_linkage(tfidf(events.texts)).items()
    }
    picks, counted = picked_elsewhere(measured, events.topics, _mean_f1)
    return {
        "F1, topics left out": _f1(judged(measured, events.topics, picks)),
        "picked (threshold)": {str(option): n for option, n in counted.items()},
        "95 % of resamples of the topics": _interval(measured[counted.most_common(1)[0][0]], events),
        "F1, threshold picked on what it is judged by": max(_f1(found) for found in measured.values()),
    }


def _average_linkage(alike: Matrix) -> dict[float, Labels]:
    """The groups at each threshold: the two nearest groups by mean cosine become one while they reach it."""
    near, sizes, labels = alike.copy(), np.ones(len(alike)), np.arange(len(alike))
    np.fill_diagonal(near, -1)
    found: dict[float, Labels] = {}
    for threshold in sorted(THRESHOLDS, reverse=True):
        while near.max() >= threshold:
            one, other = sorted(divmod(int(near.argmax()), len(near)))
            mean = (sizes[one] * near[one] + sizes[other] * near[other]) / (sizes[one] + sizes[other])
            near[one], near[:, one], near[other], near[:, other], near[one, one] = mean, mean, -1, -1, -1
            near[one, near[:, one] < -0.5] = -1
            sizes[one] += sizes[other]
            labels[labels == other] = one
        found[threshold] = labels.copy()
    return found


def _bcubed(labels: Labels, events: Events) -> Matrix:
    """Rows: each article's share of its story that is of its event, and of its event that is in its story."""
    together = labels[:, None] == labels[None]
    hits = (together & events.same).sum(axis=1)
    return np.stack([hits / together.sum(axis=1), hits / events.same.sum(axis=1)])


def _mean_f1(rows: Matrix) -> float:
    """The mean over orders, two rows each."""
    return float(np.mean([_f1(rows[n : n + 2]) for n in range(0, len(rows), 2)]))


def _f1(rows: Matrix) -> float:
    precision, recall = rows.mean(axis=1)
    return round(float(2 * precision * recall / (precision + recall)), 4)


if __name__ == "__main__":
    main()
