"""Results as people read them, or as JSON."""

import json as jsonlib
from datetime import date, datetime
from statistics import mean, median
from typing import Any

from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cli.around import around
from models.session import session
from models.summary import Kind
from tasks.reading import article_view

TYPES = {"PER": "People", "ORG": "Organisations", "LOC": "Places", "MISC": "Other"}
MOST_NAMES = 12


def print_results(article_ids: list[int], refused: list[tuple[str, str]], *, json: bool) -> list[str]:
    """Print the articles and the times of their stages; the state of each."""
    views = _views(article_ids) if article_ids else []  # without articles there may be no database either
    if json:
        print_json({"articles": views, "refused": [{"where": w, "reason": r} for w, r in refused]})
    else:
        console = Console()
        for view in views:
            console.print(article_panel(view))
        print_refused(refused)
        if views:
            console.print(times_table(views))
    return [view["state"] for view in views]


def _views(article_ids: list[int]) -> list[dict[str, Any]]:
    with session() as db:
        return [view for i in article_ids if (view := article_view(db, i))]


def print_refused(refused: list[tuple[str, str]]) -> None:
    """One line for each file or item that could not be taken, and why."""
    for where, reason in refused:
        Console().print(f"[red]refused[/red] {escape(where)}: {escape(reason)}", highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    print(jsonlib.dumps(value, ensure_ascii=False, indent=2, default=iso))


def article_panel(view: dict[str, Any]) -> Panel:
    """One article: facts, summary, entities by type, and what is around it, each with its why."""
    parts: list[Any] = [Text(_facts(view), style="dim")]
    parts += [Text(f"{s['name']}: {s['state']}, {s['reason']}", style="yellow") for s in view["stages"] if s["reason"]]
    if view["summary"]:
        parts += _summary(view["summary"])
    if view["entities"]:
        parts += [Text("\nEntities", style="bold"), _entities(view["entities"])]
    parts += around(view)
    return Panel(Group(*parts), title=Text(f"{view['id']}  {view['title']}", style="bold"), title_align="left")


def times_table(views: list[dict[str, Any]]) -> Table:
    """For each stage how long it waited and how long it took, in milliseconds."""
    table = Table("Stage", *(_right(name) for name in ("Done", "Wait, median", "Work, median", "mean", "slowest")))
    for stage in ("ingest", "summary", "entities", "neighbours"):
        rows = [s for v in views for s in v["stages"] if s["name"] == stage and s["state"] == "done"]
        if rows:
            wait = [_ms(row["queued_at"], row["started_at"]) for row in rows]
            work = [_ms(row["started_at"], row["finished_at"]) for row in rows]
            figures = (median(wait), median(work), mean(work), max(work))
            table.add_row(stage, str(len(rows)), *(f"{figure:,.0f} ms" for figure in figures))
    return table


def _right(name: str) -> Any:
    from rich.table import Column

    return Column(name, justify="right")


def _facts(view: dict[str, Any]) -> str:
    published = view["published_at"]
    parts = [view["source"], view["author"], published and f"{published:%Y-%m-%d %H:%M} UTC", view["url"]]
    parts.append(view["attribution"] and f"credits {view['attribution']}")
    return " · ".join(part for part in [*parts, view["state"]] if part)


def _summary(summary: dict[str, Any]) -> list[Text]:
    """Its kind, if it is not the usual one, and why; then each sentence behind its place in the text."""
    heading = Text("\nSummary", style="bold")
    if summary["kind"] == Kind.ABSTRACTIVE:
        heading.append(" in the writer's words, each with the place that supports it", style="dim")
    reason = [Text(f"  extractive: {summary['reason']}", style="yellow")] if summary["reason"] else []
    return [heading, *reason, *map(_sentence, summary["sentences"])]


def _sentence(sentence: dict[str, Any]) -> Text:
    place = f"[{sentence['start']}-{sentence['end']}] "
    return Text.assemble("  ", (place, "dim"), " ".join(sentence["text"].split()))


def _entities(entities: list[dict[str, Any]]) -> Table:
    table = Table.grid(padding=(0, 2))
    for kind, heading in TYPES.items():
        names = [_counted(e) for e in entities if e["type"] == kind]
        if names:
            more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
            table.add_row(f"  {heading}", Text(", ".join(names[:MOST_NAMES]) + more))
    return table


def _counted(entity: dict[str, Any]) -> str:
    times = len(entity["mentions"])
    return f"{entity['name']} ×{times}" if times > 1 else str(entity["name"])


def _ms(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() * 1000


def iso(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
