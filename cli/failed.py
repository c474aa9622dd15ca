"""`copydesk failed`, `retry` and `drop`: what could not be done and why, tried again, or taken off the desk."""

import sys
from typing import Annotated, Any

import typer
from rich.console import Console, Group
from rich.text import Text

from cli.desk import find_services
from cli.run import Json
from cli.show import print_json
from cli.stopped import saying_where
from models.session import session, transaction
from models.stage import Lane, Stage
from tasks.errors import Unusable
from tasks.failures import Chosen, counted, failures
from tasks.removal import known, remove

MOST = 1000  # groups

Ids = Annotated[list[int] | None, typer.Argument(min=1, max=2**63 - 1, help="Articles.", metavar="[ID]...")]
Of = Annotated[Stage | None, typer.Option("--stage", help="Of this stage only.")]
OfGroup = Annotated[str, typer.Option("--group", help="A group, by the id that `copydesk failed` shows.")]
WithReason = Annotated[str, typer.Option("--reason", help="Those whose reason contains this.")]


def failed(stage: Of = None, json: Json = False) -> None:
    """Print what failed, by what went wrong: how often, from when to when, and the newest articles."""
    find_services()
    with session() as db:
        groups = failures(db, stage, MOST)
    if json:
        print_json({"failures": groups})
    elif not groups:
        Console().print("Nothing has failed.")
    else:
        Console().print(Group(*(line for group in groups for line in _lines(group))))


def retry(
    ids: Ids = None,
    group: OfGroup = "",
    reason: WithReason = "",
    everything: Annotated[bool, typer.Option("--all", help="All that failed.")] = False,
    stage: Of = None,
    backfill: Annotated[bool, typer.Option("--backfill", help="Behind all live articles.")] = False,
    json: Json = False,
) -> None:
    """Queue failed stages again, with all their attempts: of some articles, of a group, or all."""
    from tasks.failures import retry as queue_again

    chosen = _chosen(ids, group, reason, everything, stage)
    find_services()
    with saying_where(lambda: "what is queued again is no longer failed; the same command goes on with the rest."):
        queued = queue_again(chosen, Lane.BACKFILL if backfill else None)
    if json:
        print_json({"queued": queued})
    else:
        print(f"queued {queued:,} failed stage{'s' * (queued != 1)} again")
    if not queued:
        raise typer.Exit(1)


def drop(
    ids: Ids = None,
    group: OfGroup = "",
    reason: WithReason = "",
    stage: Of = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Delete articles with all their results: by their ids, or those of failures.

    Entities stay. Sent again, such an article is accepted as a new one.
    """
    from tasks.failures import drop as drop_failed

    if ids and (group or reason or stage):
        raise Unusable("Give ids, or a group, reason or stage of failures; not both.")
    chosen = _chosen(ids, group, reason, False, stage)
    find_services()
    with transaction() as db:
        there = len(known(db, ids)) if ids else counted(db, chosen)
    if there and not yes:
        _ask(there)
    dropped = (remove(ids) if ids else drop_failed(chosen)) if there else 0
    if json:
        print_json({"dropped": dropped})
    else:
        print(f"dropped {dropped:,} article{'s' * (dropped != 1)}")
    if not dropped:
        raise typer.Exit(1)


def _chosen(ids: list[int] | None, group: str, reason: str, everything: bool, stage: Stage | None) -> Chosen:
    if sum(map(bool, (ids, group, reason, everything))) > 1:
        raise Unusable("Say in one way what is meant: ids, --group, --reason or --all.")
    everything = everything or (stage is not None and not (ids or group or reason))
    if not (ids or group or reason or everything):
        raise Unusable(
            "Say what is meant: ids, --group, --reason, --stage or --all. `copydesk failed` shows what failed."
        )
    return Chosen(ids or (), group, reason, everything, stage)


def _ask(articles: int) -> None:
    what = "1 article with all its results" if articles == 1 else f"{articles:,} articles with all their results"
    if not sys.stdin.isatty():
        raise Unusable(f"This deletes {what}: say --yes if that is meant.")
    if typer.prompt(f"This deletes {what}. Type yes to go on") != "yes":
        raise Unusable("Nothing was deleted.")


def _lines(group: dict[str, Any]) -> list[Text]:
    times = " to ".join(dict.fromkeys(f"{group[name]:%Y-%m-%d %H:%M}" for name in ("first", "last")))
    heading = Text.assemble(
        (f"{group['group']}  ", "bold"),
        (f"{group['count']:,} × ", "red"),
        f"{group['stage']}: ",
        group["example"] or "-",
    )
    articles = ", ".join(map(str, group["articles"])) + (" ..." if group["count"] > len(group["articles"]) else "")
    return [heading, Text(f"          {times} UTC; articles {articles}", style="dim")]
