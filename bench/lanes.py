"""Live articles beside a backfill: `python -m bench.lanes [--short] [--articles N] [--backfill N] [--data FOLDER]`.

Live articles come one after the other, first on an idle desk, then while the backfill waits behind them. The same run
says what the live ones cost the backfill, and how much memory each process takes while all of it is queued.
"""

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count, islice
from pathlib import Path
from statistics import quantiles

from sqlalchemy import func, select

from bench.databases import databases
from bench.flow import LOOK_SECONDS, bulk, document, put_through, workers
from bench.processes import descendants, memory_mb
from bench.report import bar, print_report
from models.article import Article
from models.session import session
from models.stage import ENDS, Lane, Stage, StageRow, State
from nlp.formats import Document
from tasks.queue import messages
from tasks.receive import receive

GOAL = 1.5
WARM = 40


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m bench.lanes", description=__doc__)
    parser.add_argument("--short", action="store_true", help="few live articles, a backfill of 1,500")
    parser.add_argument("--articles", type=int, default=200, help="live ones, each time")
    parser.add_argument("--backfill", type=int, default=100_000)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    each, old = (25, 1500) if options.short else (options.articles, options.backfill)
    first, second = _alike(bulk(options.data, 0, 2 * each))
    warm = [document(one) for one in bulk(options.data, 2 * each, 2 * each + WARM)]
    with databases() as made:
        made.use("lanes")
        with workers(made.logs) as pids:
            put_through(warm)
            before = _memory(pids)
            idle = _one_by_one(first)
            _queue(_old(options.data, 2 * each + WARM), old)
            while not _backfill_done():
                time.sleep(LOOK_SECONDS)  # the backfill worker loads its engines
            alone = _backfill_rate(5 if options.short else 30)
            waiting = _waiting()
            begun, done = time.perf_counter(), _backfill_done()
            busy = _one_by_one(second)
            beside = (_backfill_done() - done) / (time.perf_counter() - begun)
            left, after = _waiting(), _memory(pids)
    assert left, "the backfill was done before the live articles were"
    print_report(
        "lanes",
        [
            bar(
                "live p95 under a backfill, times that of an idle desk",
                GOAL,
                round(busy["p95"] / idle["p95"], 2),
                below=True,
            ),
        ],
        baseline={"idle, ms": idle, "backfill alone, results/s": round(alone, 1)},
        ours={"under a backfill, ms": busy, "backfill beside live ones back to back, results/s": round(beside, 1)},
        versions={},
        articles=each,
        messages_waiting={"at first": waiting, "at the end": left},
        memory_mb={name: {"idle": before[name], "under a backfill": after.get(name)} for name in before},
    )


def _alike(some: Sequence[dict[str, str]]) -> tuple[list[Document], list[Document]]:
    """Two halves of the same lengths, each in the order of the file: what takes long is a long article."""
    order = sorted(range(len(some)), key=lambda place: len(some[place]["text"]))
    first, second = ([document(some[place]) for place in sorted(order[half::2])] for half in (0, 1))
    return first, second


def _old(data: Path, first: int) -> Iterator[Document]:
    """Without end, no two alike."""
    some = bulk(data, first, first + 2000)
    for edition in count():
        for one in some:
            made = document(one)
            yield replace(made, title=f"{made.title} ({edition})", body=f"{made.body}\n\nEdition {edition}.")


def _queue(documents: Iterator[Document], articles: int) -> None:
    for start in range(0, articles, 1000):
        receive(list(islice(documents, min(1000, articles - start))), Lane.BACKFILL)


def _one_by_one(documents: Sequence[Document]) -> dict[str, float]:
    """Percentiles of the time from an article's row to the end of its last stage, in ms, by the database's clock."""
    ids = []
    for one in documents:
        ids.append(receive([one])[0].article_id)
        while not _ended(ids[-1]):
            time.sleep(LOOK_SECONDS)
    took = func.extract("epoch", func.max(StageRow.finished_at) - Article.created_at) * 1000
    rows = select(took).select_from(StageRow).join(Article).where(Article.id.in_(ids)).group_by(Article.id)
    with session() as db:
        cuts = quantiles(sorted(float(ms) for ms in db.scalars(rows)), n=100, method="inclusive")
    return {f"p{place}": round(cuts[place - 1], 1) for place in (50, 95, 99)}


def _ended(article_id: int) -> bool:
    with session() as db:
        states = list(db.scalars(select(StageRow.state).where(StageRow.article_id == article_id)))
    return all(state in ENDS for state in states) and (len(states) == len(Stage) or State.DONE not in states)


def _backfill_rate(seconds: float) -> float:
    done, begun = _backfill_done(), time.perf_counter()
    time.sleep(seconds)
    return (_backfill_done() - done) / (time.perf_counter() - begun)


def _backfill_done() -> int:
    """Results, each of the three counted for itself: an ingested article is not done yet."""
    counted = (StageRow.lane == Lane.BACKFILL, StageRow.state == State.DONE, StageRow.name != Stage.INGEST)
    with session() as db:
        return db.scalar(select(func.count()).select_from(StageRow).where(*counted)) or 0


def _waiting() -> int:
    return messages("ingest.backfill") + messages("nlp.backfill")


def _memory(pids: dict[str, int]) -> dict[str, float]:
    """Resident size of each worker, the largest of its children, the services, and this process as the door."""
    found: dict[str, float] = {"door": memory_mb(os.getpid())["rss"]}
    known: set[int] = set()
    for kind, pid in pids.items():
        children = descendants(pid)
        known |= {pid, *children}
        found[f"{kind} parent"] = memory_mb(pid)["rss"]
        found[f"{kind} child"] = max(memory_mb(child)["rss"] for child in children)
    for pid in set(descendants(os.getpid())) - known:
        name = "queue" if "valkey" in Path(f"/proc/{pid}/comm").read_text() else "database, largest process"
        found[name] = max(found.get(name, 0.0), memory_mb(pid)["rss"])
    return found


if __name__ == "__main__":
    main()
