"""What is remembered is what would be made anew, and there is never too much of it."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.engines.tagger import Tagger
from workers.memory import Memory
from workers.remembering import RememberingTagger


class Shouter:
    """Makes capitals, and counts for what."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> list[str]:
        self.asked += texts
        return [text.upper() for text in texts]


@given(calls=st.lists(st.lists(st.text(alphabet="abc", max_size=3))), most=st.integers(1, 9))
def test_each_text_gets_what_is_its_own_and_no_more_than_so_many_are_kept(calls: list[list[str]], most: int) -> None:
    memory = Memory(Shouter(), most, 2)
    for texts in calls:
        assert memory.of(texts) == [text.upper() for text in texts]
        assert len(memory) <= max(most, 2)


def test_a_text_that_comes_again_is_not_made_again() -> None:
    shouter = Shouter()
    memory = Memory(shouter, 10, 9)
    memory.of(["a", "b", "a"])
    memory.of(["b", "c"])
    assert shouter.asked == ["a", "b", "c"]


def test_what_comes_often_stays_while_others_pass_through() -> None:
    shouter = Shouter()
    memory = Memory(shouter, 4, 9)
    for number in range(50):
        memory.of(["often", str(number)])
    assert shouter.asked.count("often") == 1


def test_long_texts_are_not_kept() -> None:
    memory = Memory(Shouter(), 10, 2)
    memory.of(["abc", "ab"])
    assert len(memory) == 1


def test_what_cannot_be_made_leaves_nothing_behind() -> None:
    def make(texts: Sequence[str]) -> list[str]:
        if "bad" in texts:
            raise ValueError
        return list(texts)

    memory = Memory(make, 10, 9)
    with pytest.raises(ValueError):
        memory.of(["good", "bad"])
    assert not len(memory)
    assert memory.of(["good"]) == ["good"]


def test_a_tagger_that_remembers_finds_the_same_and_asks_its_engine_once() -> None:
    engine = Tagger()
    sentences = ["Angela Merkel flew to Paris.", "It rained.", "Angela Merkel flew to Paris."]
    alone = [engine.tag([sentence])[0] for sentence in sentences]
    asked: list[str] = []
    tag = engine.tag
    engine.tag = lambda some: asked.extend(some) or tag(some)  # type: ignore[method-assign, func-returns-value]
    tagger = RememberingTagger(engine)
    assert [tagger.tag(sentences) for _ in range(2)] == [alone, alone]
    assert asked == sentences[:2]
