"""Rows for one statement: an array a column, which `unnest` makes rows of again."""

from collections.abc import Iterable, Sequence
from typing import Any


def arrays(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, list[Any]]:
    """The rows' values by the names of their columns. A row at a time costs a round through client and server each."""
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in names]
    return dict(zip(names, columns, strict=True))
