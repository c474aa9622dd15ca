"""Broker and database alone, engines instant: `python -m bench.overhead [--short] [--articles N] [--rounds N]`.

Names every part of the cost: processor time by process, transactions, broker commands, and bytes of WAL an article.
"""

import argparse
import os
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
import redis

from bench.databases import databases
from bench.flow import bulk, document, put_through, workers
from bench.processes import cpu_seconds, descendants, own_cpu_seconds
from bench.report import bar, print_report
from config.settings import settings

GOAL = 150  # articles/s on 2 cores


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="one round of few articles")
    parser.add_argument("--articles", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    each, rounds = (300, 1) if options.short else (options.articles, options.rounds)
    documents = [document(one) for one in bulk(options.data, 0, each * rounds + 50)]
    rates = []
    with databases() as made:
        address = made.use("overhead")
        with workers(made.logs, "bench.instant") as pids, psycopg.connect(address, autocommit=True) as db:
            put_through(documents[-50:])
            before = _counts(pids, db)
            for turn in range(rounds):
                rates.append(put_through(documents[turn * each : (turn + 1) * each])["articles_a_second"])
            after = _counts(pids, db)
    parts = {name: round((after[name] - before[name]) / each / rounds, 3) for name in after}
    cpu = {name: cost for name, cost in parts.items() if name.startswith("cpu ms")}
    print_report(
        "overhead",
        [bar("articles/s", GOAL, median(rates))],
        baseline={"design, ms of an article in three plain tasks with rows": "5 to 8"},
        ours={"articles/s": rates, "an article": parts, "cpu ms in all": round(sum(cpu.values()), 2)},
        versions={"celery": __import__("celery").__version__, "sqlalchemy": __import__("sqlalchemy").__version__},
        articles_a_round=each,
    )


def _counts(pids: dict[str, int], db: "psycopg.Connection[Any]") -> dict[str, float]:
    """What has been spent since the start, by part."""
    me = os.getpid()
    found = {"cpu ms, this process as the door": 1000 * own_cpu_seconds(me)}
    for kind, pid in pids.items():
        found[f"cpu ms, {kind} parent"] = 1000 * own_cpu_seconds(pid)
        found[f"cpu ms, {kind} children"] = 1000 * cpu_seconds(pid)
    workers_and_theirs = {*pids.values(), *(child for pid in pids.values() for child in descendants(pid))}
    others = [pid for pid in descendants(me) if pid not in workers_and_theirs]
    for pid in others:
        name = "valkey" if "valkey" in Path(f"/proc/{pid}/comm").read_text() else "postgres"
        found[f"cpu ms, {name}"] = found.get(f"cpu ms, {name}", 0) + 1000 * own_cpu_seconds(pid)
    row = db.execute(
        "SELECT xact_commit, pg_current_wal_lsn() - '0/0' FROM pg_stat_database WHERE datname = current_database()"
    ).fetchone()
    found |= {"transactions": float(row[0]), "bytes of WAL": float(row[1])} if row else {}
    return found | {"broker commands": float(_client().info("stats")["total_commands_processed"])}


def _client() -> "redis.Redis":
    url = settings().redis_url
    assert url is not None
    return redis.Redis.from_url(url.get_secret_value().replace("redis+socket://", "unix://"))


if __name__ == "__main__":
    main()
