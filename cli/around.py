"""What is around an article, as people read it: its neighbours, its story, and who else published it."""

from typing import Any

from rich.table import Table
from rich.text import Text


def around(view: dict[str, Any]) -> list[Any]:
    """Of an article's view the parts that there are, each behind its heading; no story that has nothing else in it."""
    parts: list[Any] = []
    if view["neighbours"]:
        parts += [Text("\nNeighbours", style="bold"), _table(_neighbour(link) for link in view["neighbours"])]
    if view["story"] and view["story"]["size"] > 1:
        parts += [_heading("Story", _told(view["story"])), _table(_beside(view["story"]))]
    if view["also_published_by"]:
        found = view["also_published_by"]
        parts += [_heading("Also published by", found["sentence"]), _table(map(_copy, found["copies"]))]
    return parts


def story_line(story: dict[str, Any]) -> str:
    """How many articles, from which day to which."""
    first, last = (f"{story[name]:%Y-%m-%d}" for name in ("first_seen", "last_seen"))
    articles = f"{story['size']} article{'s' * (story['size'] != 1)}"
    return f"{articles}, {first}" + (f" to {last}" if last != first else "")


def _heading(name: str, more: str) -> Text:
    return Text.assemble((f"\n{name}", "bold"), (f"  {more}", "dim"))


def _table(rows: Any) -> Table:
    """Kind or source, number, title, and why."""
    table = Table.grid(padding=(0, 2))
    for kind, number, title, why in rows:
        table.add_row(Text(f"  {kind}"), number, Text(title), Text(why, style="dim"))
    return table


def _neighbour(link: dict[str, Any]) -> tuple[str, str, str, str]:
    number = "not here yet" if link["article_id"] is None else str(link["article_id"])
    return link["kind"], number, link["title"], link["why"]["sentence"]


def _told(story: dict[str, Any]) -> str:
    return f"{story['id']}  {story['title']} ({story_line(story)})"


def _beside(story: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    found = [(kind, story[kind]) for kind in ("previous", "next") if story[kind]]
    return [(kind, str(link["article_id"]), link["title"], link["why"]["sentence"]) for kind, link in found]


def _copy(copy: dict[str, Any]) -> tuple[str, str, str, str]:
    return copy["source"] or "no source", str(copy["article_id"]), copy["title"], copy["why"]["sentence"]
