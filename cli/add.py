"""`copydesk add`: articles into the desk that is up."""

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cli.desk import find_services
from cli.gather import gather
from cli.run import Json, Paths
from cli.show import print_json, print_refused
from cli.stopped import saying_where
from models.stage import Lane


def add(
    paths: Paths,
    backfill: Annotated[bool, typer.Option("--backfill", help="Behind all live articles.")] = False,
    json: Json = False,
) -> None:
    """Queue articles and print their ids. Exit status 1 when one was refused; the others are queued."""
    from tasks.receive import receive

    find_services()
    gathered = gather(paths)
    with saying_where(lambda: "what was accepted is kept; the same command again queues the rest."):
        received = receive(gathered.documents, Lane.BACKFILL if backfill else Lane.LIVE)
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
