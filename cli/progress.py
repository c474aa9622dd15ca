"""The live display of work under way."""

import time
from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from models.stage import ENDS, Stage, State

LOOK_SECONDS = 0.2
UNDER_WAY = (State.QUEUED, State.RUNNING)


def wait_until_done(article_ids: list[int], *, quiet: bool, tend: Callable[[], None]) -> None:
    """Show how far each stage is until every stage of every article has ended; `tend` looks after the workers."""
    from tasks.health import progress

    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True, quiet=quiet)
    with Progress(*columns, console=console) as display:
        bars = {stage: display.add_task(stage, total=len(article_ids)) for stage in Stage}
        while True:
            counts = progress(article_ids)
            ended = {stage: sum(counts.get(stage, {}).get(end, 0) for end in ENDS) for stage in Stage}
            left_out = ended[Stage.INGEST] - counts.get(Stage.INGEST, {}).get("done", 0)
            for stage, bar in bars.items():
                display.update(bar, completed=ended[stage], total=len(article_ids) - (stage != Stage.INGEST) * left_out)
            if not any(states.get(under_way) for states in counts.values() for under_way in UNDER_WAY):
                return
            tend()
            time.sleep(LOOK_SECONDS)
