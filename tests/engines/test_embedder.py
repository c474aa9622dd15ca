"""Vectors are unit length, in order, and the same alone or in company."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.engines.embedder import Embedder

TEXTS = [
    "The senator spoke in Washington on Monday.",
    "A storm hit the coast of Florida overnight, and thousands of homes lost power.",
    "Hurricane leaves Florida homes without electricity.",
    "",
    "word " * 2000,
    "😀 \0 \u200b",
]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder()


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, 384)


def test_like_texts_are_nearer(embedder: Embedder) -> None:
    senator, storm, hurricane = embedder.embed(TEXTS[:3])
    assert storm @ hurricane > 0.5 > storm @ senator


def test_a_vector_depends_on_its_text_alone(embedder: Embedder) -> None:
    alone = np.vstack([embedder.embed([text]) for text in TEXTS])
    assert np.array_equal(embedder.embed(TEXTS[::-1])[::-1], alone)


def test_only_the_first_256_tokens_count(embedder: Embedder) -> None:
    a, b = embedder.embed(["cat " * 254 + "dog " * 500, "cat " * 254])
    assert np.allclose(a, b, atol=1e-6)


def test_a_mark_of_the_vocabulary_in_a_text_is_text(embedder: Embedder) -> None:
    a, b = embedder.embed(["[SEP]", ""])
    assert a @ b < 0.9


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(st.text(max_size=40), max_size=6))
def test_rows_are_unit_length_and_in_order(embedder: Embedder, texts: list[str]) -> None:
    found = embedder.embed(texts)
    assert found.shape == (len(texts), 384)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert np.array_equal(found, embedder.embed(texts[::-1])[::-1])
