"""How articles share the nlp workers: `python -m bench.batching [--short] [--articles N] [--rounds N] [--data FOLDER]`.

The three results of the same ingested articles, through the real queue and database, in several ways that take turns:

- prefork, a child per core: a stage of 1, 8 (as the desk does) or 32 articles a message; 8 with one child more, or with
  2 messages prefetched
- threads: one process, or one per core, whose 16 threads share the engines through batchers; 1 article a message

The clock runs from the first message until the last stage has ended. A task's time is what its worker logs.
"""

import argparse
import os
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import celery

from bench.flow import bulk, document
from bench.nlp_runs import Run, Way, desk, ingested, run
from bench.report import bar, print_report
from tasks.queue import TOGETHER

CORES = len(os.sched_getaffinity(0))
OURS = f"prefork, {TOGETHER} articles a message"
ONE = "prefork, 1 article a message"

WAYS = {
    ONE: Way(ids=1),
    OURS: Way(),
    "prefork, 32 articles a message": Way(ids=32),
    "threads, one process": Way({"nlp_pool": "threads"}, ids=1),
    "threads, one process per core": Way({"nlp_pool": "threads"}, workers=CORES, ids=1),
    f"{OURS}, cores + 1": Way({"nlp_processes": CORES + 1}),
    f"{OURS}, prefetch 2": Way(prefetch=2),
}
SHORT = (ONE, OURS, "threads, one process per core")


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="24 articles, one round, three ways: under 50 s")
    parser.add_argument("--articles", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    articles, rounds = (24, 1) if options.short else (options.articles, options.rounds)
    ways = {name: way for name, way in WAYS.items() if not options.short or name in SHORT}
    documents = [document(one) for one in bulk(options.data, 0, articles)]
    runs: dict[str, list[Run]] = {name: [] for name in ways}
    with desk() as running:
        ids = ingested(documents)
        for turn in range(rounds):
            for name, way in list(ways.items())[:: 1 if turn % 2 == 0 else -1]:
                runs[name].append(run(running, way, ids))
    _print(runs, len(ids))


def _print(runs: dict[str, list[Run]], articles: int) -> None:
    first = runs[ONE][0].results
    figures = {name: _figures(some, articles) for name, some in runs.items()}
    same = {name: all(run.results == first for run in some) for name, some in runs.items()}
    print_report(
        "batching",
        [bar(f"same results: {name}", True, got) for name, got in same.items()],
        baseline={ONE: figures.pop(ONE)},
        ours=figures,
        versions={"celery": celery.__version__},
        articles=articles,
    )


def _figures(runs: list[Run], articles: int) -> dict[str, Any]:
    """Medians of the rounds; the 95th percentile is over the tasks of all rounds.

    Where few cores were used, others used them, and articles/s say little.
    """
    seconds = median(run.seconds for run in runs)
    totals = [1000 * sum(run.cpu.values()) / articles for run in runs]
    return {
        "articles/s": round(articles / seconds, 2),
        "cores used": round(median(sum(run.cpu.values()) / run.seconds for run in runs), 2),
        "CPU ms an article": round(median(totals), 1),
        "CPU ms an article, each round": [round(total, 1) for total in totals],
        "of it": {kind: round(1000 * median(run.cpu[kind] for run in runs) / articles, 1) for kind in runs[0].cpu},
        "task p95 ms": round(1000 * quantiles([took for run in runs for took in run.tasks], n=20)[-1]),
    }


if __name__ == "__main__":
    main()
