"""The pieces of a word depend on the word alone, remembered or not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from workers.engines.onnx import CHECKPOINTS, open_checkpoint
from workers.engines.pieces import Vocabulary, encode

WORDS = st.sampled_from(["Merkel", "merkel", "MERKEL", "McCain", "##s", "[SEP]", "\u200b", "x" * 300]) | st.text(
    max_size=9
)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return open_checkpoint(CHECKPOINTS / "tagger").tokenizer


@settings(max_examples=60, deadline=None)
@given(first=st.lists(WORDS, max_size=9), second=st.lists(WORDS, max_size=9))
def test_a_remembered_word_has_the_pieces_of_a_new_one(
    tokenizer: Tokenizer, first: list[str], second: list[str]
) -> None:
    vocabulary = Vocabulary(tokenizer)
    for words in (first, second, first):
        assert vocabulary.pieces(words) == [encode(tokenizer, [word])[0] for word in words]


def test_words_are_forgotten_before_there_are_too_many(tokenizer: Tokenizer) -> None:
    vocabulary = Vocabulary(tokenizer, most=3)
    for words in (["a", "b"], ["b", "c"], ["d", "e", "a"], ["f", "g", "h", "i"]):
        assert vocabulary.pieces(words) == encode(tokenizer, words)
        assert len(vocabulary) <= 3


def test_only_words_of_an_ordinary_length_are_remembered(tokenizer: Tokenizer) -> None:
    vocabulary = Vocabulary(tokenizer)
    vocabulary.pieces(["x" * 100, "y" * 32])
    assert len(vocabulary) == 1
