"""Dividing what is too long to be read at once into parts of about one size."""

from collections.abc import Sequence


def even_chunks(lengths: Sequence[int], room: int) -> list[tuple[int, int]]:
    """(first, one past the last) of the fewest runs of items that fit `room` each, the longest run as short as can be.

    An item over `room` by itself is a run of its own. Even, because the end of an article alone in a last short part
    would be given as many sentences as all before it.
    """
    fewest = len(_filled(lengths, room))
    low, high = 0, room
    while low < high:
        middle = (low + high) // 2
        if len(_filled(lengths, middle)) > fewest:
            low = middle + 1
        else:
            high = middle
    return _filled(lengths, high)


def _filled(lengths: Sequence[int], size: int) -> list[tuple[int, int]]:
    """Runs in order, each filled while it fits."""
    runs: list[tuple[int, int]] = []
    total = 0
    for place, length in enumerate(lengths):
        if runs and total + length <= size:
            runs[-1] = (runs[-1][0], place + 1)
            total += length
        else:
            runs.append((place, place + 1))
            total = length
    return runs
