"""Batches hold every item once and fit the budget."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.batches import pack, pack_by_length

LENGTHS = st.lists(st.integers(1, 50))


@pytest.mark.parametrize("packing", [pack, pack_by_length])
@given(lengths=LENGTHS, budget=st.integers(1, 200))
def test_every_item_is_in_one_batch_that_fits(
    packing: Callable[[list[int], int], Iterator[list[int]]], lengths: list[int], budget: int
) -> None:
    batches = list(packing(lengths, budget))
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    assert all(len(b) == 1 or len(b) * max(lengths[i] for i in b) <= budget for b in batches)


@given(LENGTHS, st.integers(1, 200))
def test_packing_keeps_the_order(lengths: list[int], budget: int) -> None:
    assert [index for batch in pack(lengths, budget) for index in batch] == list(range(len(lengths)))


def test_packing_by_length_wastes_less() -> None:
    assert list(pack([1, 9, 1, 9], 18)) == [[0, 1], [2, 3]]
    assert list(pack_by_length([1, 9, 1, 9], 18)) == [[0, 2], [1, 3]]
