"""A thing across articles, as people read it."""

from typing import Any

from rich.console import Group
from rich.panel import Panel
from rich.text import Text

from cli.bars import bars
from cli.show import TYPES

RULES = {
    "definition": "defined in brackets",
    "suffix": "with and without the legal form",
    "initials": "by its initials",
    "form": "spelled otherwise",
}


def entity_panel(view: dict[str, Any]) -> Panel:
    """One thing: its names with their evidence, a bar a day or week, the newest articles, and what goes with it."""
    parts: list[Any] = []
    if view["asked"] != view["id"]:
        parts.append(Text(f"{view['asked']} is merged into {view['id']}", style="yellow"))
    parts += _section("Also named", [_alias(alias) for alias in view["aliases"]])
    parts += _section("Not everywhere the same", [merge_line(merge) for merge in view["other_merges"]])
    parts += _section("Not the same", [thing_line(thing) for thing in view["not_the_same"]])
    if rows := [(bar["start"], bar["mentions"]) for bar in view["timeline"]["bars"]]:
        parts += [Text(_when(view["timeline"]), style="bold"), bars(rows)]
    parts += _section("Newest", [Text(f"  {a['id']}  {a['title']}") for a in view["newest"]])
    parts += _section("Goes together with", [_shared(thing) for thing in view["together"]])
    title = Text(f"{view['id']}  {view['name']}, {TYPES[view['type']].lower()}", style="bold")
    return Panel(Group(*parts), title=title, title_align="left")


def merge_line(merge: dict[str, Any]) -> Text:
    """Which names, by which rule, where it holds, and the article that shows it first."""
    line = Text(f"  merge {merge['id']}: {merge['alias']['name']} = {merge['whole']['name']}, {RULES[merge['rule']]}")
    line.append(f", {merge['articles']:,} article{'s' * (merge['articles'] != 1)}", style="dim")
    for piece in merge["evidence"][:1]:
        line.append(f", first {piece['article_id']} [{piece['start']}-{piece['end']}]", style="dim")
    line.append(f"; {_holds(merge)}", style="dim" if merge["holds"] == "everywhere" else "yellow")
    return line


def thing_line(thing: dict[str, Any]) -> Text:
    """Id, name and type."""
    return Text(f"  {thing['id']}  {thing['name']}, {TYPES[thing['type']].lower()}")


def _holds(merge: dict[str, Any]) -> str:
    if merge["undone_at"]:
        return "undone" + (f": {merge['undone_why']}" if merge["undone_why"] else "")
    return {"everywhere": "holds everywhere", "there": "holds only where it says so"}.get(
        merge["holds"], "does not hold"
    )


def _section(heading: str, lines: list[Any]) -> list[Any]:
    return [Text(heading, style="bold"), *lines] if lines else []


def _alias(alias: dict[str, Any]) -> Group:
    return Group(thing_line(alias), *(Text("  ") + merge_line(merge) for merge in alias["merges"]))


def _shared(thing: dict[str, Any]) -> Text:
    return Text.assemble(thing_line(thing), (f", {thing['articles']} articles", "dim"))


def _when(timeline: dict[str, Any]) -> str:
    among = "" if timeline["complete"] else f", of the newest {timeline['articles']:,} articles"
    return f"Mentions a {timeline['unit']}{among}"
