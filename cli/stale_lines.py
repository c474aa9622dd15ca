"""Stale results, as people read them: how many, what redoing them costs, and how to."""

from rich.text import Text

from tasks.stale import Cost, Stale


def stale_lines(found: list[Stale]) -> list[Text]:
    """A line for each stage with stale results, with workers of other settings, or whose engine no one has loaded."""
    lines = [line for one in found for line in _lines(one)]
    if any(one.stale for one in found):
        lines.append(Text("`copydesk reprocess` redoes what is stale, behind all live articles", style="dim"))
    return lines


def duration(seconds: float) -> str:
    """About how long, in the unit that people would say."""
    for unit, name in ((86400.0, "days"), (3600.0, "hours"), (60.0, "minutes")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:,.0f} {name}"
    return f"{max(seconds, 1):,.0f} s"


def _lines(one: Stale) -> list[Text]:
    lines = []
    if one.stale:
        lines.append(Text(f"stale      {one.stale:,} {one.stage} results{_cost(one.cost)}", style="yellow"))
    if one.redoing:
        lines.append(Text(f"redoing    {one.redoing:,} {one.stage} results"))
    if not one.today:
        said = f"lineage    no worker has loaded the engine that is set for {one.stage}: start one to see what is stale"
        lines.append(Text(said, style="yellow"))
    if one.workers_make:
        mend = "start the workers again with these settings"
        lines.append(Text(f"lineage    workers make {one.stage} by other settings than these: {mend}", style="yellow"))
    return lines


def _cost(cost: Cost | None) -> str:
    if cost is None:
        return ""
    now = ", at the rate of the last minutes" if cost.measured == "rate" else ""
    return f"; redoing them takes about {duration(cost.seconds)}{now} ({duration(cost.worker_seconds)} of one worker)"
