"""Packed batches hold every item once and fit their budget."""

from hypothesis import given
from hypothesis import strategies as st

from nlp.packing import pack


@given(lengths=st.lists(st.integers(0, 60), max_size=40), budget=st.integers(1, 200))
def test_every_item_is_in_one_batch_and_padded_batches_fit_the_budget(lengths: list[int], budget: int) -> None:
    batches = pack(lengths, budget)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        assert batch
        assert len(batch) == 1 or max(lengths[index] for index in batch) * len(batch) <= budget
    in_order = [lengths[index] for batch in batches for index in batch]
    assert in_order == sorted(lengths)


def test_an_item_over_the_budget_gets_a_batch_of_its_own() -> None:
    assert pack([3, 100, 2], 8) == [[2, 0], [1]]
