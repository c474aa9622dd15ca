"""The desk's processes, one command each, in the foreground: what `up` and docker-compose.yml start."""

import os
from enum import StrEnum
from typing import Annotated

import typer

from cli.desk import find_services
from config.logging import configure_logging
from config.settings import settings

STREAM_SECONDS = 10  # that a stopping API gives streams to end by themselves


class Kind(StrEnum):
    """What a worker does."""

    INGEST = "ingest"
    NLP = "nlp"
    BACKFILL = "backfill"
    NET = "net"


WHAT = (
    "ingest cleans articles; nlp makes the three results; backfill does both for old articles, with what processor "
    "time others leave; net reads feeds and sends webhooks."
)
LIVE = "Ingest and nlp: no backfill, which a backfill worker does."


def worker(
    kind: Annotated[Kind, typer.Argument(help=WHAT)],
    live: Annotated[bool, typer.Option("--live", help=LIVE)] = False,
) -> None:
    """Start a worker. Start more, on any machine that reaches the database and the queue, to go faster."""
    if live and kind not in (Kind.INGEST, Kind.NLP):
        raise typer.BadParameter(f"a {kind} worker has no use for it: leave it away.", param_hint="--live")
    find_services()
    from tasks.tracing import is_wanted
    from workers.app import require_broker
    from workers.argv import worker_argv, worker_environment
    from workers.engines.hub.chosen import prepare
    from workers.trial import try_engines

    require_broker()
    is_wanted()  # says so now when traces cannot be made
    if kind in (Kind.NLP, Kind.BACKFILL):
        prepare(settings())
        try_engines(settings())
    argv = worker_argv(kind, settings(), live)
    os.execve(argv[0], argv, worker_environment())  # noqa: S606 - we become the worker


def migrate() -> None:
    """Bring the database's tables to this version."""
    find_services()
    from migrations.upgrade import migrate as to_newest

    to_newest()


def api() -> None:
    """Serve the HTTP API."""
    find_services()
    import uvicorn

    from models.session import engine
    from workers.app import require_broker

    require_broker()
    engine()  # says so now when there is no database
    configure_logging()
    uvicorn.run(
        "api.app:create_app",
        factory=True,
        host=settings().host,
        port=settings().port,
        log_config=None,
        access_log=False,  # api.requests logs them
        server_header=False,
        timeout_graceful_shutdown=STREAM_SECONDS,
    )


def beat() -> None:
    """Start the clock of the sweep. One is enough; more do no harm."""
    find_services()
    from celery.signals import after_task_publish

    from workers.app import app, require_broker

    require_broker()
    configure_logging()
    sent = settings().data / "beat"  # its age shows docker-compose.yml whether sweeps are still sent
    sent.parent.mkdir(parents=True, exist_ok=True)
    after_task_publish.connect(lambda **_: sent.touch(), weak=False)
    # The in-memory scheduler: the default one keeps a pickle on disk, and a minute's sweep needs no memory.
    app.Beat(scheduler="celery.beat:Scheduler", pidfile=None, quiet=True, loglevel="WARNING").run()


def flower() -> None:
    """Serve Flower, the monitor, behind the user `copydesk` and its password."""
    find_services()
    from cli.flower import flower_argv, flower_environment
    from workers.app import require_broker

    require_broker()
    argv = flower_argv()
    os.execve(argv[0], argv, flower_environment())  # noqa: S606 - we become Flower
