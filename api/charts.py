"""The geometry of the small charts on the pages: bars along a time, and a bar shared out among states.

Charts are drawn as SVG that is stretched to the width of its place, so that no text is in it: the pages put the words
and a table beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 1000, 100  # of the drawing, in its own units
FEWEST = 14  # places along a timeline: two bars must not fill the page
GAP = 0.25  # of a place is left free
HAIR = 3  # the width of what is too little to be seen


@dataclass(frozen=True)
class Bar:
    """A rectangle, and what it stands for."""

    x: float
    y: float
    width: float
    height: float
    label: str
    value: int


@dataclass(frozen=True)
class Timeline:
    """Bars from the first to the last day or week. `says` tells the whole in one sentence."""

    bars: tuple[Bar, ...]
    rows: tuple[tuple[date, int], ...]
    unit: str
    first: date
    last: date
    says: str


def timeline(rows: Sequence[tuple[date, int]], unit: str = "day") -> Timeline | None:
    """Articles a day or week, in order of time; those without are gaps. None when there are no rows."""
    if not rows:
        return None
    days = 7 if unit == "week" else 1
    first, last = rows[0][0], rows[-1][0]
    places = max((last - first).days // days + 1, FEWEST)
    step = WIDTH / places
    left = (WIDTH - step * ((last - first).days // days + 1)) / 2
    most = max(count for _, count in rows)
    bars = tuple(
        _upright(left + step * ((day - first).days // days), step, count / most, day, count) for day, count in rows
    )
    return Timeline(bars, tuple(rows), unit, first, last, _told(rows, unit))


def _upright(x: float, step: float, share: float, day: date, count: int) -> Bar:
    height = max(HEIGHT * share, 2)
    return Bar(
        round(x + step * GAP / 2, 2),
        round(HEIGHT - height, 2),
        round(step * (1 - GAP), 2),
        round(height, 2),
        long_date(day),
        count,
    )


def _told(rows: Sequence[tuple[date, int]], unit: str) -> str:
    peak_day, peak = max(rows, key=lambda row: row[1])
    total = sum(count for _, count in rows)
    if len(rows) == 1:
        return f"{_articles(total)}, {_in(unit)} {long_date(rows[0][0])}."
    told = f"{_articles(total)} from {long_date(rows[0][0])} to {long_date(rows[-1][0])}"
    return f"{told}; most, {peak}, {_in(unit)} {long_date(peak_day)}."


def _in(unit: str) -> str:
    return "on" if unit == "day" else "in the week from"


def _articles(count: int) -> str:
    return f"{count:,} article{'s' * (count != 1)}"


def long_date(day: date) -> str:
    """2 March 2026."""
    return f"{day.day} {day:%B} {day.year}"


def shares(counts: Mapping[str, int], total: int) -> tuple[Bar, ...]:
    """One bar of the whole width, shared out in this order. Anything above nothing is at least a hair wide."""
    wide = {label: max(WIDTH * count / total, HAIR) for label, count in counts.items() if count and total}
    scale = WIDTH / sum(wide.values()) if wide else 0
    bars: list[Bar] = []
    at = 0.0
    for label, width in wide.items():
        bars.append(Bar(round(at, 2), 0, round(width * scale, 2), HEIGHT, label, counts[label]))
        at += width * scale
    return tuple(bars)


def sparks(values: Sequence[float]) -> tuple[Bar, ...]:
    """Bars side by side over the whole width, the highest as high as the drawing; none of nothing."""
    most, step = max(values, default=0), WIDTH / max(len(values), 1)
    return tuple(
        Bar(round(step * n, 2), round(HEIGHT - HEIGHT * value / most, 2), round(step * (1 - GAP), 2), height, "", 0)
        for n, value in enumerate(values)
        if value and (height := round(HEIGHT * value / most, 2))
    )


def part(value: float, most: float) -> float:
    """The length of a lying bar."""
    return round(WIDTH * value / most, 2) if most else 0
