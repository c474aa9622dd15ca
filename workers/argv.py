"""How a worker is started: its queues, its pool and the bounds of its children, as a command and its environment."""

import sys

from config.settings import Settings, child_environment
from workers.app import NET_QUEUES, SWEEP_QUEUE
from workers.engines.hub.chosen import memory_kb
from workers.pools import nlp_pool

INGEST_MEMORY_KB = 600_000  # a page that blows up costs its child, not the machine
NLP_MEMORY_KB = 1_500_000
NET_MEMORY_KB = 400_000
RECYCLE_AFTER = 100  # messages, of up to thirty-two articles, read by one ingest child, since parsers leak
RECYCLE_LATER = 1000  # likewise of a backfill worker's child: a quarter is ingest, and a new one loads engines anew


def worker_argv(kind: str, chosen: Settings, live_only: bool = False) -> tuple[str, ...]:
    """The command of a worker: `ingest`, `nlp`, `backfill` or `net`.

    Queues named first go first: live before backfill, and of a backfill results before more ingest. A backfill worker
    makes no sweeps, which are not to wait for what others leave; `live_only` says of ingest or nlp that there is one.
    """
    live = f"{SWEEP_QUEUE},{kind}"
    queues = {"net": ",".join(NET_QUEUES), "backfill": "nlp.backfill,ingest.backfill"}
    taken = queues.get(kind, live if live_only else f"{live},{kind}.backfill")
    return (
        *(sys.executable, "-m", "workers", "workers.process", *_pool(kind, chosen)),
        *("--queues", taken, "--hostname", f"{kind}@%h"),
        *("--without-gossip", "--without-mingle", "--loglevel", "WARNING"),
    )


def worker_environment() -> dict[str, str]:
    """The environment of a worker: the caller's and its settings, and what it wants of Celery and of C libraries.

    A supervisor's SIGTERM is to let tasks finish, or hand them back in time. glibc is to give freed memory back: by
    itself it keeps up to twice the largest piece ever freed (bench.memory). A child has one core: OpenBLAS would start
    a thread for each of the machine's.
    """
    kept = {"MALLOC_TRIM_THRESHOLD_": "131072", "OPENBLAS_NUM_THREADS": "1"}
    return kept | child_environment() | {"REMAP_SIGTERM": "SIGQUIT"}


def _pool(kind: str, chosen: Settings) -> tuple[str, ...]:
    """Prefork bounds time and memory of hostile pages and of engines; threads share what is loaded once."""
    if kind == "nlp" and nlp_pool(chosen) == "threads":
        return ("--pool", "threads", "--concurrency", str(chosen.nlp_threads))
    if kind in ("nlp", "backfill"):
        processes, memory = chosen.nlp_processes, nlp_memory_kb(chosen)
    elif kind == "net":
        processes, memory = chosen.net_processes, NET_MEMORY_KB
    else:
        processes, memory = chosen.ingest_processes, INGEST_MEMORY_KB
    messages = {"nlp": None, "backfill": RECYCLE_LATER}.get(kind, RECYCLE_AFTER)
    recycling = ("--max-tasks-per-child", str(messages)) if messages else ()
    return ("--pool", "prefork", "--concurrency", str(processes), "--max-memory-per-child", str(memory), *recycling)


def nlp_memory_kb(chosen: Settings) -> int:
    """What a child that holds the engines may be before it is replaced, in kB."""
    return NLP_MEMORY_KB + memory_kb(chosen)
