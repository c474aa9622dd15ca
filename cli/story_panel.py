"""Stories as people read them."""

from typing import Any

from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cli.around import story_line
from cli.bars import bars


def stories_table(found: dict[str, Any]) -> Group:
    """A line a story, and how to go on."""
    table = Table("Story", "Title", "Articles", "First seen", "Last seen")
    for story in found["stories"]:
        days = (f"{story[name]:%Y-%m-%d %H:%M}" for name in ("first_seen", "last_seen"))
        table.add_row(str(story["id"]), Text(story["title"]), f"{story['size']:,}", *days)
    more = [Text(f"more: --cursor {found['next']}", style="dim")] if found["next"] else []
    return Group(table, *more)


def story_panel(view: dict[str, Any]) -> Panel:
    """One story: its names and sources, a bar a day, the newest articles, and what came into it or left it."""
    parts: list[Any] = []
    if view["asked"] != view["id"]:
        parts.append(Text(f"{view['asked']} went into {view['id']}", style="yellow"))
    parts.append(Text(story_line(view), style="dim"))
    parts += _listed("Names", "name", view["entities"])
    parts += _listed("Sources", "source", view["sources"])
    if view["timeline"]:
        rows = [(day["day"], day["articles"]) for day in view["timeline"]]
        parts += [Text("Articles a day", style="bold"), bars(rows)]
    parts += [Text("Newest", style="bold"), _articles(view["articles"])] if view["articles"] else []
    parts += [Text("History", style="bold"), *map(_event, view["history"])] if view["history"] else []
    title = Text(f"{view['id']}  {view['title']}", style="bold")
    return Panel(Group(*parts), title=title, title_align="left")


def _listed(heading: str, name: str, counted: list[dict[str, Any]]) -> list[Text]:
    said = ", ".join(f"{one[name] or 'no source'} ×{one['articles']}" for one in counted)
    return [Text.assemble((heading, "bold"), f"  {said}")] if said else []


def _articles(articles: list[dict[str, Any]]) -> Table:
    table = Table.grid(padding=(0, 2))
    for article in articles:
        table.add_row(
            f"  {article['id']}", f"{article['at']:%Y-%m-%d %H:%M}", Text(article["source"]), Text(article["title"])
        )
    return table


def _event(event: dict[str, Any]) -> Text:
    articles = f"{event['articles']:,} article{'s' * (event['articles'] != 1)}"
    return Text(
        f"  {event['at']:%Y-%m-%d %H:%M}  {event['kind']}: {articles} from {event['from_id']} to {event['to_id']}"
    )
