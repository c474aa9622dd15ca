"""Packing items of different lengths into padded batches."""

from collections.abc import Iterable


def pack(lengths: Iterable[int], budget: int) -> list[list[int]]:
    """Group item indexes, shortest first, so that each padded batch fits the budget.

    A padded batch costs its longest item times its size. An item over the budget by itself gets a batch of its own.
    """
    batches: list[list[int]] = []
    for length, index in sorted((length, index) for index, length in enumerate(lengths)):
        if batches and (len(batches[-1]) + 1) * length <= budget:
            batches[-1].append(index)
        else:
            batches.append([index])
    return batches
