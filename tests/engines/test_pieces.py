"""The pieces of a word depend on the word alone, remembered or not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from workers.engines.onnx import CHECKPOINTS, open_checkpoint
from workers.engines.pieces import encode, remembered

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
    memory = remembered(tokenizer)
    for words in (first, second, first):
        assert memory.of(words) == [encode(tokenizer, [word])[0] for word in words]
