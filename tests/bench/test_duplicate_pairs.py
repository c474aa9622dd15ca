"""Folds are honest: what shares a template is judged by thresholds that never saw it."""

import random

from hypothesis import given
from hypothesis import strategies as st

from bench.duplicate_pairs import Pair, families, folds
from nlp.passages import read

WORDS = [f"word{n}" for n in range(400)]


def _text(seed: int) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=80))


def _pair(one: str, other: str) -> Pair:
    return Pair("T", False, (one, other), (read(one), read(other)), 0.0)


def test_pairs_that_share_a_template_are_one_family_also_by_way_of_a_third() -> None:
    pairs = [_pair(_text(1), _text(2)), _pair(_text(3), _text(4)), _pair(_text(2), _text(3)), _pair(_text(5), _text(6))]
    family = families(pairs)
    assert family[0] == family[1] == family[2] != family[3]


@given(st.lists(st.integers(0, 20), min_size=1, max_size=60), st.integers(0, 9))
def test_a_family_is_in_one_fold(family: list[int], seed: int) -> None:
    fold = folds(family, 5, seed)
    assert len(fold) == len(family)
    assert all(len({int(f) for f, member in zip(fold, family, strict=True) if member == name}) == 1 for name in family)
