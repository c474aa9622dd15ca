"""Articles a second, from receipt to three results: `python -m bench.throughput [--short] [--articles N] [--rounds N]`.

Three ways take turns in one run, on all cores: ours through the real queue and database; **naive**, what tutorials
show (bench/naive.py); **ceiling**, our engines alone (bench/ceiling.py). Needs `make bench-setup`.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import psycopg

from bench.ceiling import Ceiling
from bench.databases import databases
from bench.flow import bulk, document, put_through, workers
from bench.report import bar, print_report
from config.settings import settings
from workers.child import Process
from workers.desk import Desk

CORES = len(os.sched_getaffinity(0))
A_DAY = 24 * 3600
MILLION = 1_000_000 / A_DAY
LOOK_SECONDS = 0.05
BASELINE = ("onnx", "torch", "transformers")
Article = dict[str, str]


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="one round of few articles")
    parser.add_argument("--articles", type=int, default=900, help="a round; the naive way gets a sixth")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    if missing := [name for name in BASELINE if find_spec(name) is None]:
        parser.error(f"the naive way needs {', '.join(missing)}: make bench-setup")
    each, rounds = (60, 1) if options.short else (options.articles, options.rounds)
    rates: dict[str, list[float]] = {"ours": [], "naive": [], "ceiling": []}
    with databases() as made:
        address = made.use("throughput")
        ceiling = Ceiling(CORES)
        with workers(made.logs), _naive(made.logs, address) as naive:
            put_through([document(one) for one in bulk(options.data, 19_000, 19_020)])
            naive(bulk(options.data, 19_000, 19_004))
            for turn in range(rounds):
                articles = bulk(options.data, turn * each, (turn + 1) * each)
                rates["ours"].append(put_through([document(one) for one in articles])["articles_a_second"])
                rates["naive"].append(naive(articles[: each // 6]))
                rates["ceiling"].append(each / ceiling.seconds([(one["title"], one["text"]) for one in articles]))
        ceiling.close()
    ours, slow, most = (median(rates[name]) for name in rates)
    print_report(
        "throughput",
        [
            bar("times naive", 6, round(ours / slow, 2)),
            bar("% of the ceiling", 85, round(100 * ours / most, 1)),
            bar("articles/s for a million a day", round(MILLION, 2), round(ours, 2)),
        ],
        baseline={"naive, articles/s": _rounded(rates["naive"]), "ceiling, articles/s": _rounded(rates["ceiling"])},
        ours={"articles/s": _rounded(rates["ours"]), "articles a day": round(ours * A_DAY)},
        versions=_versions(),
        articles_a_round=each,
    )


def _rounded(rates: list[float]) -> list[float]:
    return [round(rate, 2) for rate in rates]


def _versions() -> dict[str, str]:
    import onnxruntime
    import torch
    import transformers

    return {
        "onnxruntime": onnxruntime.__version__,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
    }


@contextmanager
def _naive(logs: Path, address: str) -> Iterator[Callable[[Sequence[Article]], float]]:
    """A worker of the naive way; what is given measures articles a second."""
    from bench.fp32 import unpack

    checkpoints = logs.parent / "fp32"
    for kind in ("tagger", "embedder"):
        unpack(kind, checkpoints / kind)
    redis_url = settings().redis_url
    assert redis_url is not None
    os.environ |= {
        "REDIS_URL": redis_url.get_secret_value(),
        "NAIVE_DATABASE": address,
        "NAIVE_CHECKPOINTS": str(checkpoints),
        "HF_HUB_OFFLINE": "1",
    }
    from bench.naive import QUEUE, app, send

    command = (sys.executable, "-m", "celery", "-A", "bench.naive", "worker", "--pool", "prefork")
    rest = ("--concurrency", str(CORES), "--queues", QUEUE, "--hostname", "naive@%h", "--loglevel", "WARNING")
    with (
        psycopg.connect(address, autocommit=True) as db,
        Desk([], logs, on_event=lambda _name, _what: None) as desk,
    ):
        db.execute("CREATE TABLE naive (article_id bigint PRIMARY KEY, results jsonb)")
        desk.add(Process("naive", (*command, *rest), dict(os.environ)))
        while not app.control.ping(timeout=0.3):
            assert desk.tend(), "the naive worker does not start"

        def rate(articles: Sequence[Article]) -> float:
            db.execute("TRUNCATE naive")
            begun = time.perf_counter()
            for article_id, one in enumerate(articles):
                send(article_id, one["title"], one["text"])
            while _count(db) < len(articles):
                time.sleep(LOOK_SECONDS)
            return len(articles) / (time.perf_counter() - begun)

        yield rate


def _count(db: "psycopg.Connection[tuple[int]]") -> int:
    row = db.execute("SELECT count(*) FROM naive").fetchone()
    return row[0] if row else 0


if __name__ == "__main__":
    main()
