"""Starting a worker process: its queues, and what its children load. Celery knows it as `-A workers.process`."""

import os
import signal
import sys
from typing import Any

from celery.signals import celeryd_init, setup_logging, worker_process_init

from config.logging import configure_logging
from config.settings import Settings
from nlp.extract import extract
from nlp.formats import Document
from workers.app import SWEEP_QUEUE, app
from workers.child import die_with_parent
from workers.runtime import runtime

__all__ = ["app", "worker_argv"]

INGEST_MEMORY_KB = 600_000  # a page that blows up costs its child, not the machine
NLP_MEMORY_KB = 1_500_000
RECYCLE_AFTER = 2000  # articles parsed by one ingest child, since parsers leak


def worker_argv(kind: str, settings: Settings) -> tuple[str, ...]:
    """The command of a worker, `ingest` or `nlp`; live queues are named before backfill and so go first."""
    common = (sys.executable, "-m", "celery", "-A", "workers.process", "worker", "--pool", "prefork")
    quiet = ("--without-gossip", "--without-mingle", "--loglevel", "WARNING")
    own = {
        "ingest": (settings.ingest_processes, INGEST_MEMORY_KB, ("--max-tasks-per-child", str(RECYCLE_AFTER))),
        "nlp": (settings.nlp_processes, NLP_MEMORY_KB, ()),
    }
    processes, memory, extra = own[kind]
    queues = {"ingest": f"{SWEEP_QUEUE},ingest,ingest.backfill", "nlp": "nlp,nlp.backfill"}
    return (
        *common,
        *("--queues", queues[kind], "--hostname", f"{kind}@%h", "--concurrency", str(processes)),
        *("--max-memory-per-child", str(memory), *extra),
        *quiet,
    )


@setup_logging.connect
def _log(**_: Any) -> None:
    """Our format, not Celery's."""
    configure_logging()


@celeryd_init.connect
def _prepare(options: dict[str, Any], **_: Any) -> None:
    """Children load before the first article what they need: engines for nlp, parsers for ingest."""
    worker_process_init.connect(_warm_nlp if "nlp" in (options.get("queues") or ()) else _warm_ingest)


def _warm_nlp(**_: Any) -> None:
    die_with_parent(signal.SIGKILL, os.getppid())
    runtime()


def _warm_ingest(**_: Any) -> None:
    die_with_parent(signal.SIGKILL, os.getppid())
    extract(Document("html", "<title>Warm</title><p>The first page would load parsers and languages.</p>"))
