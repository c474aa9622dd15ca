"""`copydesk add`: articles into the desk that is up."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli.desk import find_services
from cli.gather import gather
from cli.run import Json, Paths
from cli.show import print_json, print_refused
from cli.stopped import saying_where
from models.stage import Lane
from nlp.formats import Document
from tasks.errors import Busy

if TYPE_CHECKING:
    from tasks.receive import Received

MANY = 1000  # articles from which it is worth to show how far it is
LOOK_SECONDS = 1.0


def add(
    paths: Paths,
    backfill: Annotated[bool, typer.Option("--backfill", help="Behind all live articles.")] = False,
    json: Json = False,
) -> None:
    """Queue articles and print their ids. Exit status 1 when one was refused; the others are queued.

    While too much waits, it waits, too. Stopped by Ctrl-C, it says how far it came; the same command again goes on.
    """
    find_services()
    gathered = gather(paths)
    received: list[Received] = []
    with saying_where(lambda: f"{len(received):,} of {len(gathered.documents):,} are in; the same again goes on."):
        _receive(gathered.documents, Lane.BACKFILL if backfill else Lane.LIVE, received)
    if json:
        refused = [{"where": where, "reason": reason} for where, reason in gathered.refused]
        print_json({"articles": [{"id": r.article_id, "queued": r.queued} for r in received], "refused": refused})
    else:
        console = Console()
        for item, document in zip(received, gathered.documents, strict=True):
            what = "queued" if item.queued else "known "
            console.print(f"{what} {item.article_id}  {escape(document.title or document.url or '')}", highlight=False)
        print_refused(gathered.refused)
    if gathered.refused:
        raise typer.Exit(1)


def _receive(documents: Sequence[Document], lane: Lane, received: "list[Received]") -> None:
    """Take the documents in by batches, as there is room for them, and add to `received` what became of each."""
    from tasks.receive import BATCH, receive

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal or len(documents) < MANY) as display:
        bar = display.add_task("queued", total=len(documents))
        for start in range(0, len(documents), BATCH):
            _wait_for_room(lane, console)
            received += receive(documents[start : start + BATCH], lane)
            display.update(bar, completed=len(received))


def _wait_for_room(lane: Lane, console: Console) -> None:
    from tasks.backlog import admit

    told = False
    while True:
        try:
            return admit(lane)
        except Busy as busy:
            if not told:
                console.print(f"{busy} Waiting for workers; Ctrl-C stops.", highlight=False, soft_wrap=True)
            told = True
        time.sleep(LOOK_SECONDS)
