"""`copydesk reprocess`: results that today's engines or settings would make otherwise are made again."""

import sys
import time
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.desk import find_services
from cli.run import Json
from cli.show import print_json
from cli.stopped import saying_where
from models.session import session
from models.stage import Stage
from tasks.errors import Unusable
from tasks.lineages import lineages
from tasks.rates import now
from tasks.reprocess import Wanted, count, is_full, requeue, wanted

PAUSE_SECONDS = 1.0
OTHERS = "workers make {} by other settings than these: start them again first, or what they redo is stale again"


def reprocess(
    stage: Annotated[list[Stage] | None, typer.Option("--stage", help="These stages; without, all of them.")] = None,
    source: Annotated[str, typer.Option(help="Articles of this source only.")] = "",
    lineage: Annotated[
        str, typer.Option("--older-lineage", help="Results whose lineage begins like this, stale or not.")
    ] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many results, of the newest articles.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Results that are not stale, too.")] = False,
    before: Annotated[
        str, typer.Option(help="With --all: only what was made before this moment, as 2026-03-12T10:30:00Z.")
    ] = "",
    json: Json = False,
) -> None:
    """Queue stale results again, behind all live articles; the old ones are served until then.

    Interrupted, the same command goes on: what is queued already is not queued again.
    """
    if (before and not everything) or (lineage and everything):
        raise Unusable("--before goes with --all, and --older-lineage without it.")
    find_services()
    with session() as db:
        moment = _moment(before) if before else now(db) if everything else None
        chosen = wanted(db, set(stage or Stage), source=source, lineage=lineage, before=moment)
        counts = [count(db, one) for one in chosen]
        others = [
            name for name, today in lineages(db).items() if today.others and name in {one.stage for one in chosen}
        ]
    for name in others:
        print(OTHERS.format(name), file=sys.stderr)
    queued = dict.fromkeys((one.stage for one in chosen), 0)
    go_on = f"the same command with --before {moment.isoformat()}" if moment else "the same command"
    with saying_where(lambda: f"{sum(queued.values()):,} queued; {go_on} goes on with the rest."):
        _queue(chosen, counts, limit, queued, quiet=json)
    if json:
        print_json({"queued": queued, "before": moment})
        return
    said = ", ".join(f"{number:,} {name}" for name, number in queued.items() if number)
    print(f"queued {said} again; `copydesk status` shows how far they are" if said else "nothing is stale")


def _queue(
    chosen: list[Wanted], counts: list[int], limit: int | None, queued: dict[Stage, int], *, quiet: bool
) -> None:
    """Stage by stage, a bar each; what is queued is counted in `queued` as it goes, for those who interrupt."""
    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True, quiet=quiet)) as display:
        for one, total in zip(chosen, counts, strict=True):
            left = None if limit is None else limit - sum(queued.values())
            if not total or left == 0:
                continue
            bar = display.add_task(one.stage, total=total if left is None else min(left, total))
            for number in requeue(one, left):
                queued[one.stage] += number
                display.update(bar, advance=number)
                while is_full(one.stage):  # the rest waits in the database, where it costs no memory
                    time.sleep(PAUSE_SECONDS)


def _moment(given: str) -> datetime:
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise Unusable(f"{given[:40]} is no moment: write it as 2026-03-12T10:30:00Z.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
