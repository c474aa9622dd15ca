"""`copydesk run`: articles through the whole desk, once, with everything started and stopped around it."""

from functools import partial
from typing import Annotated

import typer

from cli import show
from cli.desk import Tending, find_services, is_up, started_desk, worker
from cli.gather import Gathered, gather
from cli.progress import wait_until_done
from cli.stopped import saying_where

Paths = Annotated[list[str], typer.Argument(help="Files, folders, http addresses, or - for standard input.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def run(
    paths: Paths,
    redo: Annotated[bool, typer.Option("--redo", help="Do articles again that the desk has already.")] = False,
    json: Json = False,
) -> None:
    """Put articles through the desk, print their results, and stop everything that was started.

    Exit status 0 when every article is done; 1 when one was refused, skipped or failed.
    """
    gathered = gather(paths)  # first: for a path that is not there, nothing need be started
    if not gathered.documents:
        show.print_results([], gathered.refused, json=json)
        raise typer.Exit(1)
    if is_up():  # a desk is up in the data folder: its workers do the work
        find_services()
        done = _put_through(gathered, redo, json, tend=None)
    else:
        with started_desk() as desk:
            for kind in ("ingest", "nlp"):
                desk.add(worker(kind))
            done = _put_through(gathered, redo, json, tend=Tending(desk))
    if not done:
        raise typer.Exit(1)


def _put_through(gathered: Gathered, redo: bool, json: bool, tend: Tending | None) -> bool:
    """Queue, wait and print; whether all is done."""
    from tasks.queue import publish_again
    from tasks.receive import receive

    with saying_where(lambda: "what was accepted is kept; the same command goes on with it."):
        received = receive(gathered.documents, redo=redo)
        publish_again(r.article_id for r in received if not r.queued)
        ids = list(dict.fromkeys(r.article_id for r in received))
        wait_until_done(ids, quiet=json, tend=partial(tend, ids) if tend else lambda: None)
    states = show.print_results(ids, gathered.refused, json=json)
    return not gathered.refused and all(state == "done" for state in states)
