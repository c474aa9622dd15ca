"""Which pairs of texts are duplicates: `python -m bench.duplicates [--short] [--data FOLDER] [--articles N]`.

On 190 labelled pairs of press releases, three known rules and ours in one run. Ours is reported on held-out folds: its
thresholds are chosen anew, without the fold that is judged, among 2,025 settings; a template is in one fold. Then an
archive of press releases, one after the other, in a real database: candidates, groups, costs.
"""

import argparse
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from bench.duplicate_pairs import BASELINES, Flags, Pair, families, folds, load
from bench.duplicate_stream import candidates_found, stream
from bench.report import bar, print_report
from nlp import duplicates
from nlp.duplicates import RULE, compare

FOLDS = 5
SHARES = np.arange(0.70, 1.0, 0.02)
DAYS = (3, 7, 14, 30, np.inf)
RATES = np.arange(0.10, 1.45, 0.05)
MOST_TEMPLATES = 0.05  # of pairs of label T that may be merged, also while thresholds are chosen


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m bench.duplicates", description=__doc__)
    parser.add_argument("--short", action="store_true", help="5 foldings in place of 20, and 600 articles: 50 seconds")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--articles", type=int, default=0, help="of the archive; the default is all")
    given = parser.parse_args()
    pairs = load(given.data / "neardup_senate_pairs.jsonl")
    held = _held_out(pairs, 5 if given.short else 20)
    meeting = candidates_found(pairs)
    print_report(
        "duplicates",
        [
            bar("F1 on held-out folds", 0.88, held["F1"]),
            bar("% of templates merged on held-out folds", 5.0, held["% of T merged"], below=True),
            bar("F1 of the best known rule, exceeded on held-out folds", _best(pairs), held["F1"]),
            bar("% of duplicates that the sketch makes candidates", 100.0, meeting),
        ],
        baseline={name: _score(pairs, np.array([rule(pair) for pair in pairs])) for name, rule in BASELINES.items()},
        ours={"held out": held, "with the thresholds as shipped": _score(pairs, _shipped(pairs))},
        versions={"rule": RULE},
        archive=stream(given.data, given.articles or (600 if given.short else 20_000)),
    )


def _best(pairs: list[Pair]) -> float:
    return max(float(_score(pairs, np.array([rule(p) for p in pairs]))["F1"]) for rule in BASELINES.values())


def _shipped(pairs: list[Pair]) -> Flags:
    return np.array([compare(*pair.passages, pair.days).same for pair in pairs])


def _held_out(pairs: list[Pair], times: int) -> dict[str, Any]:
    """Means over so many foldings, and how far they spread."""
    answers, family = _grid(pairs), families(pairs)
    right, templates = np.array([p.duplicate for p in pairs]), np.array([p.label == "T" for p in pairs])
    scores = []
    for seed in range(times):
        fold = folds(family, FOLDS, seed)
        judged = np.zeros(len(pairs), dtype=bool)
        for number in range(FOLDS):
            rest = fold != number
            judged[~rest] = answers[_chosen(answers[:, rest], right[rest], templates[rest])][~rest]
        scores.append(_score(pairs, judged))
    f1 = [score["F1"] for score in scores]
    means = {name: round(float(np.mean([score[name] for score in scores])), 3) for name in scores[0]}
    return means | {"F1, standard deviation": round(float(np.std(f1)), 3), "F1, lowest": min(f1), "foldings": times}


def _grid(pairs: list[Pair]) -> Flags:
    """For each setting of the thresholds a row with what it says of each pair."""
    found = [compare(*pair.passages) for pair in pairs]
    most, least = (np.array([pick(c.share, c.shared_back) for c in found]) for pick in (max, min))
    rate, apart = np.array([c.rate for c in found]), np.array([pair.days for pair in pairs])
    in_time = {days: (apart <= days) | (least >= duplicates.VERBATIM) for days in DAYS}
    fits = least >= duplicates.LEAST_SHARE
    settings = product(SHARES, RATES, DAYS)
    return np.array([fits & (most >= s) & (rate < limit) & in_time[days] for s, limit, days in settings])


def _chosen(answers: Flags, right: Flags, templates: Flags) -> int:
    """The setting with the best F1 of those that merge few templates; of equal ones the middle."""
    true = (answers & right).sum(axis=1)
    f1 = 2 * true / np.maximum(answers.sum(axis=1) + right.sum(), 1)
    merged = (answers & templates).sum(axis=1) / max(templates.sum(), 1)
    f1[merged > MOST_TEMPLATES] = -1
    best = np.flatnonzero(f1 >= f1.max() - 1e-9)
    return int(best[len(best) // 2])


def _score(pairs: list[Pair], said: Flags) -> dict[str, float]:
    right = np.array([pair.duplicate for pair in pairs])
    true = int((said & right).sum())
    found = {
        "F1": 2 * true / (said.sum() + right.sum()),
        "precision": true / max(said.sum(), 1),
        "recall": true / right.sum(),
    }
    for label in "TULR":
        of = np.array([pair.label == label for pair in pairs])
        found[f"% of {label} merged"] = 100 * float((said & of).sum() / of.sum())
    return {name: round(float(value), 3) for name, value in found.items()}


if __name__ == "__main__":
    main()
