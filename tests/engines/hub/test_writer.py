"""Summarizers of the hub: what each architecture writes, in parts if need be, alone or in company."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from checkpoints import bart_that_writes, bart_writer, pegasus_writer, t5_writer
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.sentences import split_sentences
from workers.batched import BatchedWriter
from workers.engines.hub.folder import look
from workers.engines.hub.writer import HubWriter
from workers.engines.written import CannotWrite

LONG = 60.0  # seconds
SENTENCE = "The storm hit Berlin, Angela Merkel said."
STORY = [
    "Angela Merkel said that the storm hit the port.",
    "It rained.",
    "NATO met in the port of Bonn.",
]


@pytest.fixture(scope="module", params=[bart_writer, t5_writer, pegasus_writer])
def writer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> HubWriter:
    found = HubWriter("tiny", look(request.param(tmp_path_factory.mktemp("writer"))), "cpu")
    # A random network hardly ever ends: let about every eighth token end its text.
    chosen = random.Random(1).sample(range(5, len(found._network.tokenizer)), len(found._network.tokenizer) // 8)
    found._network.model.generation_config.eos_token_id = [found._network.tokenizer.eos_token_id, *chosen]
    return found


def outcome(writer: HubWriter | BatchedWriter, text: str) -> str:
    """What it wrote, or why it could not."""
    try:
        return writer.write(text)
    except CannotWrite as reason:
        return f"cannot: {reason}"


@settings(max_examples=10, deadline=None)
@given(texts=st.lists(st.lists(st.sampled_from(STORY), max_size=9).map(" ".join), min_size=1, max_size=5))
def test_a_summary_is_that_of_its_text_alone_in_whatever_order_calls_arrive(writer, texts):
    batched = BatchedWriter(writer, LONG)
    with ThreadPoolExecutor(len(texts)) as pool:
        found = list(pool.map(lambda text: outcome(batched, text), texts))
    batched.batcher.close()
    assert found == [outcome(writer, text) for text in texts]


def test_each_architecture_writes_something(writer):
    said = {outcome(writer, " ".join(STORY[n:] + STORY[:n])) for n in range(3)}
    assert any(not text.startswith("cannot") and text for text in said), said


def test_nothing_gives_nothing(writer):
    assert writer.write_all([]) == [] and writer.write_all(["", " "]) == ["", ""]


def test_a_long_text_is_read_to_its_end_in_parts_that_fit(writer):
    limit, tokenizer = writer._network.limit, writer._network.tokenizer
    for times in range(1, 25):
        text = " ".join(STORY * times)
        parts = writer._parts(text)
        assert all(len(tokenizer(part)["input_ids"]) <= limit for part in parts)
        assert " ".join(part.removeprefix(writer._prefix) for part in parts) == text
    assert len(parts) > 1


def test_a_sentence_longer_than_the_network_reads_is_cut(writer):
    outcome(writer, "storm " * 500 + "ended.")


def test_the_summaries_of_the_parts_are_joined(tmp_path):
    writer = HubWriter("tiny", look(bart_that_writes(tmp_path, SENTENCE)), "cpu")
    assert writer.write_all([STORY[0], " ".join(STORY[:1] * 20)]) == [SENTENCE, f"{SENTENCE} {SENTENCE}"]


def test_t5_is_told_its_task_and_uses_its_own_settings(tmp_path):
    writer = HubWriter("tiny", look(t5_writer(tmp_path)), "cpu")
    assert writer._parts("It rained.") == ["the storm: It rained."]
    assert writer._options == {"max_length": 30, "num_beams": 2, "do_sample": False}


def test_a_sentence_that_was_cut_off_is_left_out(tmp_path):
    said = f"{SENTENCE} It rained on the port of Bonn."
    writer = HubWriter("tiny", look(bart_that_writes(tmp_path, said)), "cpu")
    assert writer.write(STORY[0]) == said
    config = writer._network.model.generation_config
    for forced in (None, 2):  # BART is made to end at the last place
        config.max_new_tokens, config.forced_eos_token_id = len(SENTENCE) + 12, forced
        writer._longest = config.max_new_tokens + 1
        assert writer.write(STORY[0]) == SENTENCE
    config.max_new_tokens = 12
    writer._longest = 13
    with pytest.raises(CannotWrite, match="no end within 13 tokens"):
        writer.write(STORY[0])
    assert len(split_sentences(said)) == 2


def test_a_checkpoint_that_says_nothing_of_length_gets_room_for_a_summary(tmp_path):
    folder = bart_writer(tmp_path)
    (folder / "generation_config.json").unlink()
    assert HubWriter("tiny", look(folder), "cpu")._options == {"max_length": 142, "do_sample": False}
