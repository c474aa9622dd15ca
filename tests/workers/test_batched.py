"""Behind a batcher an engine answers each thread as it would alone."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.batched import BatchedEmbedder, BatchedTagger, BatchedWriter
from workers.engines.embedder import Embedder
from workers.engines.tagger import Tagger

LONG = 60.0  # seconds
WORDS = ["Angela", "Merkel", "said", "in", "Lagos", "that", "NATO", "and", "the", "storm", "hit", "Florida", "", "…"]

texts = st.lists(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join), max_size=5)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder()


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger()


@settings(max_examples=15, deadline=None)
@given(calls=st.lists(texts, min_size=1, max_size=6))
def test_vectors_are_exactly_those_of_single_calls(embedder: Embedder, calls: list[list[str]]) -> None:
    batched = BatchedEmbedder(embedder, LONG)
    with ThreadPoolExecutor(len(calls)) as pool:
        found = list(pool.map(batched.embed, calls))
    for texts, vectors in zip(calls, found, strict=True):
        alone = [embedder.embed([text])[0] for text in texts]
        assert vectors.shape == (len(texts), 384) and vectors.dtype == np.float32
        assert all(np.array_equal(a, b) for a, b in zip(vectors, alone, strict=True))
    batched.batcher.close()


@settings(max_examples=15, deadline=None)
@given(calls=st.lists(texts, min_size=1, max_size=6))
def test_mentions_are_exactly_those_of_single_calls(tagger: Tagger, calls: list[list[str]]) -> None:
    batched = BatchedTagger(tagger, LONG)
    with ThreadPoolExecutor(len(calls)) as pool:
        found = list(pool.map(batched.tag, calls))
    assert found == [[tagger.tag([text])[0] for text in texts] for texts in calls]
    batched.batcher.close()


class Shouter:
    """Writes in capitals."""

    name, weights = "shouter", "0"

    def write_all(self, texts: Sequence[str]) -> list[str]:
        return [text.upper() for text in texts]

    def write(self, text: str) -> str:
        raise AssertionError("batches go to write_all")


def test_a_writer_behind_a_batcher_writes_one_text_or_many() -> None:
    writer = BatchedWriter(Shouter(), LONG)
    assert (writer.write("a"), writer.write_all(["b", "c"])) == ("A", ["B", "C"])
    assert (writer.name, writer.weights) == ("shouter", "0")
    writer.batcher.close()
