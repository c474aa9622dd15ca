"""Group items of different lengths into padded batches of bounded cost."""

from collections.abc import Iterable, Iterator


def pack(lengths: Iterable[int], budget: int) -> Iterator[list[int]]:
    """Group item indexes, in order, so that each padded batch fits the budget.

    A padded batch costs its longest item times its size, in tokens. An item over
    the budget by itself gets a batch of its own.
    """
    batch: list[int] = []
    longest = 0
    for index, length in enumerate(lengths):
        longest = max(longest, length)
        if batch and longest * (len(batch) + 1) > budget:
            yield batch
            batch, longest = [], length
        batch.append(index)
    if batch:
        yield batch


def pack_by_length(lengths: Iterable[int], budget: int) -> Iterator[list[int]]:
    """As `pack`, but over the items from the shortest to the longest, so that little is padding."""
    sizes = list(lengths)
    order = sorted(range(len(sizes)), key=sizes.__getitem__)
    for batch in pack((sizes[index] for index in order), budget):
        yield [order[place] for place in batch]
