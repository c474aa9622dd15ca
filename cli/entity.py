"""`copydesk entity`: a thing across articles, and correcting what is taken for one thing."""

from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from cli.desk import find_services
from cli.entity_panel import entity_panel, merge_line, thing_line
from cli.run import Json
from cli.show import print_json
from models.session import session, transaction
from tasks.errors import Unusable

Id = Annotated[int, typer.Argument(min=1, max=2**63 - 1)]


class _ShowFirst(TyperGroup):
    """`copydesk entity NATO` is `copydesk entity show NATO`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Of a word that is no command, show."""
        return super().resolve_command(ctx, args if self.get_command(ctx, args[0]) else ["show", *args])


app = typer.Typer(cls=_ShowFirst, no_args_is_help=True)


@app.callback()
def entity() -> None:
    """Print a thing across articles: `entity NAME_OR_ID`; or correct what is taken for one thing."""


@app.command()
def show(name_or_id: str, json: Json = False) -> None:
    """Print a thing: its names and why they are its names, when it was mentioned, and what goes with it."""
    from tasks.entity_views import entities_named, entity_view

    find_services()
    with session() as db:
        ids = [int(name_or_id)] if _is_id(name_or_id) else [found["id"] for found in entities_named(db, name_or_id)]
        views = [view for id_ in ids if (view := entity_view(db, id_))]
    if not views:
        raise Unusable(f"There is no entity {name_or_id}.")
    if json:
        print_json({"entities": views})
    for view in views if not json else []:
        Console().print(entity_panel(view))


@app.command()
def undo(
    merge_id: Id, why: Annotated[str, typer.Option(help="For those who wonder later.")] = "", json: Json = False
) -> None:
    """Take a merge back, by the number that `entity NAME` shows. It stays so, whatever evidence comes."""
    from tasks import aliases

    _change_merge(merge_id, lambda db: aliases.undo(db, merge_id, why), json)


@app.command()
def redo(merge_id: Id, json: Json = False) -> None:
    """Let an undone merge count again."""
    from tasks import aliases

    _change_merge(merge_id, lambda db: aliases.redo(db, merge_id), json)


@app.command()
def distinct(
    one: Id,
    other: Id,
    take_back: Annotated[bool, typer.Option("--take-back", help="They may be the same after all.")] = False,
    json: Json = False,
) -> None:
    """Keep two entities apart for good, by their ids, whatever the evidence."""
    from tasks.aliases import mark_distinct, unmark_distinct
    from tasks.entity_views import things, unknown

    find_services()
    if one == other:
        raise Unusable("An entity is the same as itself; give two ids.")
    with transaction() as db:
        for missing in unknown(db, one, other):
            raise Unusable(f"There is no entity {missing}.")
        (unmark_distinct if take_back else mark_distinct)(db, one, other)
        found = things(db, [one, other])
    if json:
        print_json({"entities": found})
    for thing in found if not json else []:
        Console().print(thing_line(thing))


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text[:20]) < 2**63


def _change_merge(merge_id: int, change: Any, json: bool) -> None:
    from tasks.entity_views import merge_view

    find_services()
    with transaction() as db:
        change(db)
        merge = merge_view(db, merge_id)
    if merge is None:
        raise Unusable(f"There is no merge {merge_id}.")
    if json:
        print_json(merge)
    else:
        Console().print(merge_line(merge))
