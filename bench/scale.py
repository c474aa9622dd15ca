"""One against two nlp workers, a core each: `python -m bench.scale [--short] [--articles N] [--rounds N]`.

The articles are ingested beforehand, so that only nlp work is timed; services and the door share the two cores with
the workers. A model on paper, from the costs of the same run, says where 4, 16 and 64 workers would stop scaling.
"""

import argparse
import os
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import select

from bench.databases import databases
from bench.flow import LOOK_SECONDS, bulk, document, forget_results, under_way
from bench.processes import descendants, own_cpu_seconds
from bench.report import bar, print_report
from config.settings import settings
from models.session import session
from models.stage import RESULTS, Lane, Stage, StageRow
from tasks.ingest import ingest
from tasks.queue import enqueue, publish, together
from tasks.receive import receive
from workers.app import app
from workers.argv import worker_argv, worker_environment
from workers.child import Process
from workers.desk import Desk

GOAL = 1.85
SERVERS = ("postgres", "valkey")


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="one round of few articles")
    parser.add_argument("--articles", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    each, rounds = (40, 1) if options.short else (options.articles, options.rounds)
    cores = sorted(os.sched_getaffinity(0))[:2]
    runs: dict[int, list[dict[str, float]]] = {1: [], 2: []}
    with databases() as made:
        made.use("scale")
        ids = _ingested([document(one) for one in bulk(options.data, 0, each)])
        for _ in range(rounds):
            for count in runs:
                runs[count].append(_run(made.logs, cores[:count], ids))
    rates = {count: median(run["articles/s"] for run in some) for count, some in runs.items()}
    print_report(
        "scale",
        [bar("two workers against one", GOAL, round(rates[2] / rates[1], 2))],
        baseline={"one worker, articles/s": rates[1]},
        ours={"two workers, articles/s": rates[2], "on paper": _on_paper(runs[1], rates[1])},
        versions={},
        articles_a_round=each,
    )


def _ingested(documents: Sequence[Any]) -> list[int]:
    for received in receive(documents):
        ingest.run(received.article_id)
    with session() as db:
        return list(db.scalars(select(StageRow.article_id).where(StageRow.name == Stage.SUMMARY)))


def _run(logs: Path, cores: Sequence[int], ids: Sequence[int]) -> dict[str, float]:
    """The results of all the articles, made anew by one worker of one child on each of these cores."""
    forget_results()
    with session() as db:
        enqueue(db, ids, RESULTS, Lane.LIVE)
    with app.connection_for_write() as connection:
        connection.default_channel.client.flushall()
    one = settings().model_copy(update={"nlp_processes": 1})
    with Desk([], logs, on_event=lambda _name, _what: None) as desk:
        for core in cores:
            argv = [word.replace("nlp@", f"nlp{core}@") for word in worker_argv("nlp", one)]
            pinned = ("taskset", "--cpu-list", str(core), *argv)
            desk.add(Process(f"nlp{core}", pinned, worker_environment()))
        while len(app.control.ping(timeout=0.5)) < len(cores):
            assert desk.tend(), "the workers do not start"
        before, begun = _servers(), time.perf_counter()
        publish(((i, stage, Lane.LIVE) for stage in RESULTS for i in ids), together=together(len(ids)))
        while under_way():
            time.sleep(LOOK_SECONDS)
        seconds, after = time.perf_counter() - begun, _servers()
    costs = {f"{name} ms": 1000 * (after[name] - before[name]) / len(ids) for name in SERVERS}
    return {"articles/s": round(len(ids) / seconds, 2)} | costs


def _servers() -> dict[str, float]:
    """Processor time of the services so far."""
    spent = dict.fromkeys(SERVERS, 0.0)
    for pid in descendants(os.getpid()):
        name = (Path("/proc") / str(pid) / "comm").read_text()
        for server in SERVERS:
            spent[server] += own_cpu_seconds(pid) if server in name else 0.0
    return spent


def _on_paper(runs: Sequence[dict[str, float]], rate: float) -> dict[str, Any]:
    """Where workers, each with a core, stop scaling: the broker has one core, the database as many as it is given."""
    cost = {name: median(run[f"{name} ms"] for run in runs) for name in SERVERS}
    wanted = {n: n * rate for n in (1, 4, 16, 64)}
    return {
        "ms an article": {name: round(ms, 2) for name, ms in cost.items()},
        "articles/s": {n: round(some, 1) for n, some in wanted.items()},
        "database cores needed": {n: round(some * cost["postgres"] / 1000, 2) for n, some in wanted.items()},
        "share of the broker's one core": {n: round(some * cost["valkey"] / 1000, 2) for n, some in wanted.items()},
        "workers at which the broker's core is full": round(1000 / max(cost["valkey"], 1e-3) / rate),
        "then": "give PostgreSQL the cores named and put the nlp queue of a second desk on a broker of its own",
    }


if __name__ == "__main__":
    main()
