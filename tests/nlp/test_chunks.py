"""Long texts are read in few parts of about one size."""

from hypothesis import given
from hypothesis import strategies as st

from nlp.chunks import even_chunks

lengths = st.lists(st.integers(0, 40), max_size=30)


@given(lengths, st.integers(1, 100))
def test_chunks_hold_every_item_once_in_order_and_fit(items, room):
    found = even_chunks(items, room)
    assert [place for start, stop in found for place in range(start, stop)] == list(range(len(items)))
    assert all(sum(items[a:b]) <= room or b - a == 1 for a, b in found)


@given(lengths, st.integers(1, 100))
def test_fewer_chunks_would_not_do(items, room):
    fewest, total = 0, room + 1
    for length in items:
        if total + length > room or not fewest:
            fewest, total = fewest + 1, 0
        total += length
    assert len(even_chunks(items, room)) == fewest


def test_the_last_chunk_is_no_remnant():
    assert even_chunks([10] * 11, 100) == [(0, 6), (6, 11)]
