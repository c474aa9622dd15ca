"""`copydesk watch`: the desk live in the terminal; where there is none, a line of JSON an interval."""

import json as jsonlib
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cli.desk import find_services
from cli.keys import pressed, single_keys
from cli.run import Json
from cli.show import iso
from models.session import engine

BLOCKS = " ▁▂▃▄▅▆▇█"
LEAVE = ("q", "Q", "\x03", "\x04")


def watch(
    interval: Annotated[float, typer.Option(min=0.1, max=3600, help="Seconds between two looks.")] = 2.0,
    times: Annotated[int | None, typer.Option(min=1, help="Leave after so many looks.")] = None,
    json: Json = False,
) -> None:
    """Watch stages, rates, queues, workers and failures; q or Ctrl-C leaves. Piped: one line of JSON a look."""
    from tasks.snapshot import Watcher

    find_services()
    engine()  # says so now when there is no database
    looks = _looks(Watcher(), times)
    with suppress(KeyboardInterrupt):
        if json or not sys.stdout.isatty():
            _print_lines(looks, interval)
        else:
            _show(looks, interval)


def _looks(watcher: Any, times: int | None) -> Iterator[dict[str, Any]]:
    while times is None or times > 0:
        yield watcher.look()
        times = times and times - 1


def _print_lines(looks: Iterator[dict[str, Any]], interval: float) -> None:
    for number, view in enumerate(looks):
        if number:
            time.sleep(interval)
        print(jsonlib.dumps(view, ensure_ascii=False, default=iso), flush=True)


def _show(looks: Iterator[dict[str, Any]], interval: float) -> None:
    """On a screen of its own, which leaves the terminal as it was."""
    with single_keys(), Live(Text("looking ..."), screen=True, auto_refresh=False) as live:
        for view in looks:
            live.update(screen(view), refresh=True)
            if pressed(interval) in LEAVE:
                return


def screen(view: dict[str, Any]) -> Group:
    """One look, as people read it."""
    oldest = view["oldest_pending_seconds"]
    at = f"{view['at']:%H:%M:%S} UTC" if view["at"] else "-"
    heading = Text.assemble(
        ("Copydesk ", "bold"), at, "   oldest pending ", "-" if oldest is None else f"{oldest:,.0f} s"
    )
    parts: list[Any] = [heading, *(Text(problem, style="red") for problem in view["problems"]), _stages(view["stages"])]
    queues = "   ".join(f"{name} {count:,}" for name, count in view["queues"].items())
    parts.append(Text.assemble(("queues   ", "bold"), queues or "-"))
    parts.append(Text.assemble(("workers  ", "bold"), ", ".join(view["workers"]) or "none answers"))
    if view["missing_workers"]:
        parts.append(Text(f"missing: {', '.join(view['missing_workers'])}", style="red"))
    parts += [_failure(group) for group in view["failures"]]
    return Group(*parts, Text("q leaves", style="dim"))


def _stages(stages: dict[str, dict[str, Any]]) -> Table:
    table = Table("Stage", *("queued", "running", "failed", "done", "per second"), "last 5 minutes")
    for column in table.columns[1:-1]:
        column.justify = "right"
    for name, stage in stages.items():
        failed = Text(f"{stage['failed']:,}", style="red" if stage["failed"] else "")
        counts = (f"{stage['queued']:,}", f"{stage['running']:,}", failed, f"{stage['done']:,}")
        table.add_row(name, *counts, f"{stage['per_second']:,.1f}", sparkline(stage["history"]))
    return table


def sparkline(history: list[float]) -> str:
    """A block for each figure, the highest one full; what is above 0 shows."""
    most = max(history, default=0.0) or 1.0
    return "".join(BLOCKS[0 if not one else max(1, round(one / most * (len(BLOCKS) - 1)))] for one in history)


def _failure(group: dict[str, Any]) -> Text:
    return Text.assemble(("failed   ", "bold red"), f"{group['count']:,} × {group['stage']}: {group['example'] or '-'}")
