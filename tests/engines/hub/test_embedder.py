"""Embedders of the hub: vectors of any width, pooled as the checkpoint says."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from checkpoints import bert_embedder, torch
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.batched import BatchedEmbedder
from workers.engines.hub.embedder import HubEmbedder
from workers.engines.hub.folder import Unfit, look

LONG = 60.0  # seconds
TOLERANCE = 1e-5  # of a number of a vector in single precision
WORDS = ["Angela", "Merkel", "said", "in", "Berlin", "that", "the", "storm", "[SEP]", "😀", "…"]
texts = st.lists(st.lists(st.sampled_from(WORDS), max_size=90).map(" ".join), max_size=4)


@pytest.fixture(scope="module", params=[(32, None), (48, "cls"), (64, "mean")])
def embedder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> HubEmbedder:
    return HubEmbedder("tiny", look(bert_embedder(tmp_path_factory.mktemp("embedder"), *request.param)), "cpu")


@settings(max_examples=15, deadline=None)
@given(calls=st.lists(texts, min_size=1, max_size=4))
def test_a_vector_is_that_of_its_text_alone_in_whatever_order_calls_arrive(embedder, calls):
    batched = BatchedEmbedder(embedder, LONG)
    with ThreadPoolExecutor(len(calls)) as pool:
        found = list(pool.map(batched.embed, calls))
    batched.batcher.close()
    for of_call, vectors in zip(calls, found, strict=True):
        assert vectors.shape == (len(of_call), embedder.dimensions) and vectors.dtype == np.float32
        for text, vector in zip(of_call, vectors, strict=True):
            assert np.abs(embedder.embed([text])[0] - vector).max() < TOLERANCE
            assert abs(np.linalg.norm(vector) - 1) < TOLERANCE


def by_hand(folder, text: str, pooling: str) -> np.ndarray:
    """The vector as transformers makes it, step by step."""
    from transformers import AutoModel, AutoTokenizer

    inputs = AutoTokenizer.from_pretrained(folder)(text, return_tensors="pt")
    with torch.inference_mode():
        hidden = AutoModel.from_pretrained(folder).eval()(**inputs).last_hidden_state[0].numpy()
    vector = hidden[0] if pooling == "cls" else hidden.mean(axis=0)
    return vector / np.linalg.norm(vector)


def test_a_mark_of_the_tokenizer_in_a_text_is_text(embedder):
    marks = [number for side in embedder._network.marks for number in side]
    ids = embedder._ids("the [SEP] storm [CLS]")
    assert [ids[0], ids[-1]] == marks and not set(marks).intersection(ids[1:-1])


@pytest.mark.parametrize(("pooling", "meant"), [(None, "mean"), ("mean", "mean"), ("cls", "cls")])
def test_tokens_are_pooled_as_the_checkpoint_says_and_by_their_mean_if_it_does_not(tmp_path, pooling, meant):
    folder = bert_embedder(tmp_path, 32, pooling)
    vector = HubEmbedder("tiny", look(folder), "cpu").embed(["the storm hit Berlin"])[0]
    assert np.abs(vector - by_hand(folder, "the storm hit Berlin", meant)).max() < TOLERANCE


def test_only_as_many_tokens_are_read_as_the_checkpoint_says(tmp_path):
    folder = bert_embedder(tmp_path, 32, "mean")
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 6}')
    embedder = HubEmbedder("tiny", look(folder), "cpu")
    short, longer, other = embedder.embed(["the storm hit port", "the storm hit port in Berlin", "the storm hit the"])
    assert np.allclose(short, longer, atol=TOLERANCE) and not np.allclose(short, other, atol=TOLERANCE)


def test_a_prompt_that_the_checkpoint_asks_for_is_put_before_each_text(tmp_path):
    folder = bert_embedder(tmp_path, 32, "mean")
    plain = HubEmbedder("tiny", look(folder), "cpu").embed(["said the storm"])
    (folder / "config_sentence_transformers.json").write_text(
        '{"prompts": {"passage": "said "}, "default_prompt_name": "passage"}'
    )
    asked = HubEmbedder("tiny", look(folder), "cpu")
    assert np.allclose(asked.embed(["the storm"]), plain, atol=TOLERANCE)


@pytest.mark.parametrize("pooling", ["max", "lasttoken"])
def test_a_pooling_that_is_not_known_is_refused(tmp_path, pooling):
    with pytest.raises(Unfit, match=f"its pooling \\({pooling}\\) is not supported, only mean or cls"):
        HubEmbedder("tiny", look(bert_embedder(tmp_path, 32, pooling)), "cpu")


def test_numbers_that_overflow_are_an_error_that_says_what_to_do(tmp_path):
    embedder = HubEmbedder("tiny", look(bert_embedder(tmp_path)), "cpu")
    embedder._network.model.embeddings.word_embeddings.weight.data[:] = float("inf")
    with pytest.raises(FloatingPointError, match="COPYDESK_DEVICE=cpu"):
        embedder.embed(["storm"])
