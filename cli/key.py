"""`copydesk key`: who may use the API, and for what."""

import sys
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.desk import find_services
from cli.run import Json
from cli.show import print_json
from models.key import Scope
from models.session import transaction
from tasks.keys import LONGEST_DAYS

app = typer.Typer(help="Make, list and revoke keys of the API.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Who or what it is for; a name can be used again once its key is revoked.")]


@app.command()
def create(
    name: Name,
    scope: Annotated[
        Scope, typer.Option(help="read: look; write: also send articles and feeds; admin: all the rest.")
    ] = Scope.READ,
    expires: Annotated[int | None, typer.Option(min=1, max=LONGEST_DAYS, help="Days until it is refused.")] = None,
    json: Json = False,
) -> None:
    """Make a key and print it, this once."""
    from tasks.keys import create as make

    find_services()
    with transaction() as db:
        key = make(db, name, scope, expires)
    if json:
        print_json({"name": name, "scope": scope, "key": key})
    else:
        print(key)
        print("Keep it: only its hash is stored. Send it as `Authorization: Bearer ...`.", file=sys.stderr)


@app.command("list")
def list_(json: Json = False) -> None:
    """Print all keys, also those that are refused by now; never the keys themselves."""
    from tasks.keys import keys

    find_services()
    with transaction() as db:
        found = keys(db)
    if json:
        print_json({"keys": found})
    else:
        Console().print(_table(found))


@app.command()
def revoke(name: Name) -> None:
    """Refuse a key from now on; the API does so within five seconds."""
    from tasks.keys import revoke as refuse

    find_services()
    with transaction() as db:
        refuse(db, name)
    print(f"revoked {name}")


def _table(found: list[dict[str, Any]]) -> Table:
    table = Table("Name", "Scope", "State", "Made", "Last used", "Expires")
    for key in found:
        state = "revoked" if key["revoked_at"] else "good" if key["good"] else "expired"
        times = (_day(key["created_at"]), _minute(key["used_at"]), _day(key["expires_at"]))
        table.add_row(escape(key["name"]), key["scope"], state, *times, style="" if key["good"] else "dim")
    return table


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "never"


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "never"
