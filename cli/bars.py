"""A bar a day or a week, as people read it."""

from collections.abc import Sequence
from datetime import date

from rich.table import Table
from rich.text import Text

WIDTH = 40  # characters of the longest bar


def bars(counted: Sequence[tuple[date, int]]) -> Table:
    """A line for each: when, how many, and a bar of that length."""
    most = max(count for _, count in counted)
    table = Table.grid(padding=(0, 2))
    for start, count in counted:
        length = max(1, round(WIDTH * count / most))
        table.add_row(f"  {start}", f"{count:,}", Text("█" * length, style="cyan"))
    return table
