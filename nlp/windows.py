"""Reading more words than a network takes at once, in windows that overlap."""

from collections.abc import Iterator, Sequence


def windows(lengths: Sequence[int], limit: int) -> Iterator[tuple[int, int, int]]:
    """(first read, first decided, one past the last) of runs of words that fit `limit` pieces.

    Runs overlap by up to a quarter of the limit; of what two share, each decides its half. No word may be longer than
    half the limit. One run if everything fits; none if there are no words.
    """
    start = own = stop = 0
    while stop < len(lengths):
        stop, total = start, 0
        while stop < len(lengths) and total + lengths[stop] <= limit:
            total += lengths[stop]
            stop += 1
        yield start, own, stop
        if stop == len(lengths):
            break
        start, shared = stop, 0
        while shared + lengths[start - 1] <= limit // 4:
            start -= 1
            shared += lengths[start]
        own = (start + stop) // 2
