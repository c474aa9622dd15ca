"""`copydesk show` and `copydesk status`: what the desk has and how it is."""

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from cli.desk import find_services
from cli.run import Json
from cli.show import article_panel, print_json
from cli.stale_lines import stale_lines
from cli.version_panel import difference_lines, versions_table
from models.session import session
from models.stage import Stage, State
from tasks.errors import Unusable


def show(
    article_id: Annotated[int, typer.Argument(min=1, max=2**63 - 1)],
    versions: Annotated[bool, typer.Option("--versions", help="The versions that the desk has had of it.")] = False,
    diff: Annotated[
        str, typer.Option(metavar="A..B", help="What changed between two versions; `last`: from the one before.")
    ] = "",
    json: Json = False,
) -> None:
    """Print an article with its stages and results; or its versions, or what changed between two of them."""
    from tasks.reading import article_view

    find_services()
    if versions or diff:
        _show_versions(article_id, diff, json)
        return
    with session() as db:
        view = article_view(db, article_id)
    if view is None:
        raise Unusable(f"There is no article {article_id}.")
    if json:
        print_json(view)
    else:
        Console().print(article_panel(view))


def _show_versions(article_id: int, diff: str, json: bool) -> None:
    from tasks.versions import difference
    from tasks.versions import versions as versions_of

    with session() as db:
        known = versions_of(db, article_id)
        if known is None:
            raise Unusable(f"There is no article {article_id}, or it has no text yet.")
        if not diff:
            print_json({"versions": known}) if json else Console().print(versions_table(known))
            return
        old, new = _two(diff, known[0]["version"])
        found = difference(db, article_id, old, new)
    if found is None:
        there = f"{known[-1]['version']} to {known[0]['version']}"
        raise Unusable(f"Article {article_id} has no versions {old} and {new}; it has {there}.")
    print_json(asdict(found)) if json else Console().print(difference_lines(found))


def _two(diff: str, newest: int) -> tuple[int, int]:
    old, _, new = diff.partition("..")
    if diff == "last":
        return newest - 1, newest
    if not all(number.isascii() and number.isdigit() and len(number) < 10 for number in (old, new)):
        raise Unusable(f"{diff[:40]} is not two versions: write them as 1..2, or last.")
    return int(old), int(new)


def status(json: Json = False) -> None:
    """Print how the desk is: services, workers, how far each stage is, and what is stale. Exit status 1 when something
    is away.
    """
    from tasks.health import articles, health, progress
    from tasks.stale import stale

    find_services()
    found: dict[str, Any] = health()
    if found["database"]["ok"]:
        found |= {"articles": articles(), "stages": progress()}
        with session() as db:
            lineage = stale(db)
        found["lineage"] = [asdict(one) for one in lineage]
    if json:
        print_json(found)
    else:
        _print(found)
        for line in stale_lines(lineage) if "lineage" in found else ():
            Console().print(line)
    if not found["ok"]:
        raise typer.Exit(1)


def _print(found: dict[str, Any]) -> None:
    console = Console()
    for name in ("database", "broker"):
        part = found[name]
        console.print(f"{name:<10} {'[green]ok[/green]' if part['ok'] else '[red]away[/red] ' + part['problem']}")
    console.print(f"workers    {', '.join(found['broker']['workers']) or '[red]none answers[/red]'}")
    if found["missing_workers"]:
        console.print(f"[red]missing: {', '.join(found['missing_workers'])}[/red]")
    if "stages" in found:
        oldest = found["database"]["oldest_pending_seconds"]
        console.print(
            f"articles   {found['articles']:,}; oldest pending {'-' if oldest is None else f'{oldest:,.0f} s'}"
        )
        table = Table("Stage", *State)
        for stage in Stage:
            table.add_row(stage, *(f"{found['stages'].get(stage, {}).get(state, 0):,}" for state in State))
        console.print(table)
