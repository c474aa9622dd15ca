"""`copydesk show` and `copydesk status`: what the desk has and how it is."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from cli.desk import find_services
from cli.run import Json
from cli.show import article_panel, print_json
from models.session import session
from models.stage import Stage, State
from tasks.errors import Unusable


def show(article_id: Annotated[int, typer.Argument(min=1, max=2**63 - 1)], json: Json = False) -> None:
    """Print an article with its stages and results."""
    from tasks.reading import article_view

    find_services()
    with session() as db:
        view = article_view(db, article_id)
    if view is None:
        raise Unusable(f"There is no article {article_id}.")
    if json:
        print_json(view)
    else:
        Console().print(article_panel(view))


def status(json: Json = False) -> None:
    """Print how the desk is: services, workers, and how far each stage is. Exit status 1 when something is away."""
    from tasks.health import articles, health, progress

    find_services()
    found: dict[str, Any] = health()
    if found["database"]["ok"]:
        found |= {"articles": articles(), "stages": progress()}
    if json:
        print_json(found)
    else:
        _print(found)
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
