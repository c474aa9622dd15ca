"""Starting a worker process: its queues, and what its children load. Celery knows it as `-A workers.process`."""

import gc
import logging
import os
import signal
import sys
from typing import Any

from celery import concurrency
from celery.signals import (
    celeryd_init,
    setup_logging,
    task_postrun,
    task_prerun,
    worker_init,
    worker_process_init,
)

from config.logging import configure_logging, now_about
from config.settings import Settings, settings
from nlp.extract import extract
from nlp.formats import Document
from nlp.formats.polled import read_polled
from workers import life, pressure, replacing, trimming
from workers.app import NET_QUEUES, SWEEP_QUEUE, app
from workers.behind import step_behind
from workers.child import CannotStart, die_with_parent
from workers.engines.hub.chosen import memory_kb
from workers.loading import import_before_fork
from workers.metrics import send_counts
from workers.pools import nlp_pool
from workers.room import bound_memory
from workers.runtime import engines_loaded, runtime

# That these are imported makes them part of each worker.
__all__ = ["app", "life", "pressure", "replacing", "trimming", "worker_argv"]

INGEST_MEMORY_KB = 600_000  # a page that blows up costs its child, not the machine
NLP_MEMORY_KB = 1_500_000
MORE_INGEST_MEMORY_KB = 1_000_000  # while it reads one page, on top of what it has at its start
NET_MEMORY_KB = 400_000
MORE_NET_MEMORY_KB = 1_000_000  # while it reads one feed
NEW_OBJECTS = 10_000  # before garbage is looked for: Python's own 700 are the words of one article
RECYCLE_AFTER = 100  # messages, of up to thirty-two articles, read by one ingest child, since parsers leak
RECYCLE_LATER = 1000  # likewise of a backfill worker's child: a quarter is ingest, and a new one loads engines anew

log = logging.getLogger(__name__)
_WORKER = os.getpid()  # read before children are forked

concurrency.ALIASES["threads"] = "workers.threads:TaskPool"  # for `--pool threads`


def worker_argv(kind: str, chosen: Settings, live_only: bool = False) -> tuple[str, ...]:
    """The command of a worker: `ingest`, `nlp`, `backfill` or `net`.

    Queues named first go first: live before backfill, and of a backfill results before more ingest. A backfill worker
    makes no sweeps, which are not to wait for what others leave; `live_only` says of ingest or nlp that there is one.
    """
    live = f"{SWEEP_QUEUE},{kind}"
    queues = {"net": ",".join(NET_QUEUES), "backfill": f"{pressure.NLP},{pressure.INGEST}"}
    taken = queues.get(kind, live if live_only else f"{live},{kind}.backfill")
    return (
        *(sys.executable, "-m", "celery", "-A", "workers.process", "worker", *_pool(kind, chosen)),
        *("--queues", taken, "--hostname", f"{kind}@%h"),
        *("--without-gossip", "--without-mingle", "--loglevel", "WARNING"),
    )


def worker_environment() -> dict[str, str]:
    """What a worker wants of its C libraries, unless the environment says otherwise.

    glibc is to give freed memory back: by itself it keeps up to twice the largest piece ever freed (bench.memory). A
    child has one core: OpenBLAS would start a thread for each of the machine's.
    """
    return {"MALLOC_TRIM_THRESHOLD_": "131072", "OPENBLAS_NUM_THREADS": "1"}


def _pool(kind: str, chosen: Settings) -> tuple[str, ...]:
    """Prefork bounds time and memory of hostile pages and of engines; threads share what is loaded once."""
    if kind == "nlp" and nlp_pool(chosen) == "threads":
        return ("--pool", "threads", "--concurrency", str(chosen.nlp_threads))
    if kind in ("nlp", "backfill"):
        processes, memory = chosen.nlp_processes, _nlp_memory_kb(chosen)
    elif kind == "net":
        processes, memory = chosen.net_processes, NET_MEMORY_KB
    else:
        processes, memory = chosen.ingest_processes, INGEST_MEMORY_KB
    messages = {"nlp": None, "backfill": RECYCLE_LATER}.get(kind, RECYCLE_AFTER)
    recycling = ("--max-tasks-per-child", str(messages)) if messages else ()
    return ("--pool", "prefork", "--concurrency", str(processes), "--max-memory-per-child", str(memory), *recycling)


def _nlp_memory_kb(chosen: Settings) -> int:
    return NLP_MEMORY_KB + memory_kb(chosen)


@setup_logging.connect
def _log(**_: Any) -> None:
    """Our format, not Celery's."""
    configure_logging()


@task_prerun.connect
def _begin(task_id: str, **_: Any) -> None:
    """Whatever is logged from here on says which task it was."""
    now_about(task=task_id)


@task_postrun.connect
def _end(**_: Any) -> None:
    now_about()
    send_counts()


@celeryd_init.connect
def _prepare(options: dict[str, Any], **_: Any) -> None:
    """What tasks need is loaded before the first: parsers once for all children of ingest and net, engines by each
    nlp child.

    Children share what their parent has loaded, and one that replaces another is ready at once. Engines must not be
    loaded before a fork: two of their threads would deadlock. A worker of threads does not fork, and loads them once.
    """
    queues = set(options.get("queues") or ())
    if "nlp" in queues and nlp_pool(settings()) == "threads":
        worker_init.connect(_load_engines)
        return
    worker_process_init.connect(_die_with_worker)
    if queues & set(NET_QUEUES):
        worker_process_init.connect(_bound_net)
        _load_feed_parser()
    elif "nlp" in queues:
        worker_process_init.connect(_load_engines)
        worker_process_init.connect(_bound_nlp)
        import_before_fork(settings())
    elif pressure.NLP in queues:
        worker_process_init.connect(_step_behind)
        worker_process_init.connect(_bound_nlp)
        task_prerun.connect(_load_engines_for)
        import_before_fork(settings())
    else:
        worker_process_init.connect(_bound_ingest)
        _load_parsers()


def _die_with_worker(**_: Any) -> None:
    die_with_parent(signal.SIGKILL, os.getppid())


def _step_behind(**_: Any) -> None:
    step_behind()


def _load_engines_for(task: Any, **_: Any) -> None:
    """With the first message that needs them: most days have no backfill, and what is not loaded takes no memory."""
    if task.name != "article.ingest" and not runtime.cache_info().currsize:
        _load_engines()


def _load_engines(**_: Any) -> None:
    """Without engines the worker ends: Celery would log the error, go on, and fail every article."""
    try:
        runtime()
    except CannotStart as reason:
        log.critical("%s", reason)
        os.kill(_WORKER, signal.SIGTERM)
        sys.exit(1)
    engines_loaded.send(sender=None)
    _collect_seldom()


def _collect_seldom() -> None:
    """Looking for garbage took a sixteenth of a child's time: what is loaded stays, and little of the rest is left."""
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)


def _bound_ingest(**_: Any) -> None:
    _collect_seldom()
    bound_memory(MORE_INGEST_MEMORY_KB)


def _bound_net(**_: Any) -> None:
    bound_memory(MORE_NET_MEMORY_KB)


def _bound_nlp(**_: Any) -> None:
    """It may grow by what it may be in all before it is replaced."""
    bound_memory(_nlp_memory_kb(settings()))


def _load_parsers() -> None:
    extract(Document("html", "<html><title>Warm</title><p>A first page loads parsers and languages.</p></html>"))
    gc.freeze()  # or the first collection of each child would copy all it shares


def _load_feed_parser() -> None:
    read_polled(b"<rss><channel><title>A first feed loads the parser.</title></channel></rss>")
    gc.freeze()
