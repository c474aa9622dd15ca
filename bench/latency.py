"""Enqueue to done, from the database's own clock: `python -m bench.latency [--short] [--articles N] [--data FOLDER]`.

On an idle desk each article waits for the one before it to be done; at half load articles arrive at random (Poisson,
fixed seed) at half the rate at which the same desk, in the same run, does a batch of them.
"""

import argparse
import random
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles

from sqlalchemy import func, select

from bench.databases import databases
from bench.flow import LOOK_SECONDS, bulk, document, put_through, under_way, workers
from bench.report import bar, print_report
from models.article import Article
from models.session import session
from models.stage import StageRow
from nlp.formats import Document
from tasks.receive import receive

IDLE_GOAL, LOAD_GOAL = 300, 2000  # ms


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="few articles")
    parser.add_argument("--articles", type=int, default=200)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    each = 40 if options.short else options.articles
    documents = [document(one) for one in bulk(options.data, 0, 3 * each)]
    with databases() as made:
        made.use("latency")
        with workers(made.logs):
            rate = put_through(documents[:each])["articles_a_second"]
            idle = _idle(documents[each : 2 * each])
            load = _arriving(documents[2 * each :], rate / 2)
    print_report(
        "latency",
        [
            bar("idle p50, ms", IDLE_GOAL, idle["p50"], below=True),
            bar("p99 at half load, ms", LOAD_GOAL, load["p99"], below=True),
        ],
        baseline={"articles/s of a batch": rate, "articles/s arriving at half load": round(rate / 2, 2)},
        ours={"idle, ms": idle, "half load, ms": load},
        versions={},
        articles=each,
    )


def _idle(documents: Sequence[Document]) -> dict[str, float]:
    ids = []
    for one in documents:
        ids.append(receive([one])[0].article_id)
        _wait()
    return _times(ids)


def _arriving(documents: Sequence[Document], rate: float) -> dict[str, float]:
    chance = random.Random(1)
    ids, due = [], time.perf_counter()
    for one in documents:
        due += chance.expovariate(rate)
        time.sleep(max(0.0, due - time.perf_counter()))
        ids.append(receive([one])[0].article_id)
    _wait()
    return _times(ids)


def _wait() -> None:
    while under_way():
        time.sleep(LOOK_SECONDS)


def _times(ids: Sequence[int]) -> dict[str, float]:
    """Percentiles of the time from an article's row to the end of its last stage, in ms."""
    took = func.extract("epoch", func.max(StageRow.finished_at) - Article.created_at) * 1000
    with session() as db:
        rows = (
            select(took)
            .select_from(StageRow)
            .join(Article, Article.id == StageRow.article_id)
            .where(Article.id.in_(ids))
            .group_by(Article.id)
        )
        found = sorted(float(ms) for ms in db.scalars(rows))
    cuts = quantiles(found, n=100, method="inclusive")
    return {f"p{place}": round(cuts[place - 1], 1) for place in (50, 95, 99)}


if __name__ == "__main__":
    main()
