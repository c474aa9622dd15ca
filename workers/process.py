"""A worker process from its start: what it and its children load, and what bounds them."""

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
from config.settings import settings
from nlp.extract import extract
from nlp.formats import Document
from nlp.formats.polled import read_polled
from workers import life, pressure, replacing, trimming
from workers.app import NET_QUEUES, app
from workers.argv import nlp_memory_kb
from workers.behind import step_behind
from workers.child import CannotStart, die_with_parent
from workers.loading import import_before_fork
from workers.metrics import send_counts
from workers.pools import nlp_pool
from workers.room import bound_memory
from workers.runtime import engines_loaded, runtime

# That these are imported makes them part of each worker.
__all__ = ["app", "life", "pressure", "replacing", "trimming"]

MORE_INGEST_MEMORY_KB = 1_000_000  # while it reads one page, on top of what it has at its start
MORE_NET_MEMORY_KB = 1_000_000  # while it reads one feed
NEW_OBJECTS = 10_000  # before garbage is looked for: Python's own 700 are the words of one article

log = logging.getLogger(__name__)
_WORKER = os.getpid()  # read before children are forked

concurrency.ALIASES["threads"] = "workers.threads:TaskPool"  # for `--pool threads`


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
    bound_memory(nlp_memory_kb(settings()))


def _load_parsers() -> None:
    extract(Document("html", "<html><title>Warm</title><p>A first page loads parsers and languages.</p></html>"))
    gc.freeze()  # or the first collection of each child would copy all it shares


def _load_feed_parser() -> None:
    read_polled(b"<rss><channel><title>A first feed loads the parser.</title></channel></rss>")
    gc.freeze()
