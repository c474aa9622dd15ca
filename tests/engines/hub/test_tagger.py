"""Taggers of the hub: names are where they are, in any company, at any length."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from checkpoints import bert_tagger, distilbert_tagger, roberta_tagger
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.spans import Mention
from nlp.windows import windows
from workers.batched import BatchedTagger
from workers.engines.hub.folder import look
from workers.engines.hub.tagger import HubTagger

LONG = 60.0  # seconds
TOLERANCE = 1e-5  # of a score in single precision
WORDS = ["Angela", "Merkel", "said", "in", "Berlin", "that", "NATO’s", "“port”", "[SEP]", "</s>", "x" * 300, "😀", "\0"]
sentences = st.lists(st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join), max_size=4)


@pytest.fixture(scope="module", params=[bert_tagger, distilbert_tagger, roberta_tagger])
def tagger(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> HubTagger:
    return HubTagger("tiny", look(request.param(tmp_path_factory.mktemp("tagger"))), {}, "cpu")


def same(found: list[list[Mention]], expected: list[list[Mention]]) -> bool:
    apart = [(a, b) for x, y in zip(found, expected, strict=True) for a, b in zip(x, y, strict=True)]
    return all(a[:3] == b[:3] and abs(a.score - b.score) < TOLERANCE for a, b in apart)


@settings(max_examples=15, deadline=None)
@given(calls=st.lists(sentences, min_size=1, max_size=4))
def test_what_is_found_is_that_of_the_sentence_alone_in_whatever_order_calls_arrive(tagger, calls):
    batched = BatchedTagger(tagger, LONG)
    with ThreadPoolExecutor(len(calls)) as pool:
        found = list(pool.map(batched.tag, calls))
    batched.batcher.close()
    for texts, of_call in zip(calls, found, strict=True):
        assert same(of_call, [tagger.tag([text])[0] for text in texts])


def test_names_lie_in_their_sentence_in_order_and_are_found_at_all(tagger):
    text = "Café: " + " ".join(WORDS * 9)  # longer than the network reads at once
    mentions = tagger.tag([text])[0]
    assert mentions[-1].end > len(text) / 2
    end = 0
    for mention in mentions:
        assert end <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end].strip() == text[mention.start : mention.end]
        assert mention.type in ("PER", "ORG", "LOC", "MISC")
        end = mention.end


def test_each_word_of_a_long_sentence_is_decided_by_its_window(tagger):
    words = [ids for _, ids in tagger._words(" ".join(WORDS * 9))]
    found = tagger._chances([words])[0]
    runs = list(windows([len(ids) for ids in words], tagger._room))
    assert len(runs) > 2
    for start, own, stop in runs[:-1]:
        alone = tagger._chances([words[start:stop]])[0]
        following = runs[runs.index((start, own, stop)) + 1][1]
        assert np.allclose(found[own:following], alone[own - start : following - start], atol=TOLERANCE)


def test_a_word_within_a_text_is_read_as_one(tmp_path):
    """Byte-level tokenizers write the space before a word into its first piece; their networks know it so."""
    tagger = HubTagger("tiny", look(roberta_tagger(tmp_path)), {}, "cpu")
    (_, first), (_, second) = tagger._words("port port")
    assert first == second
    assert tagger._network.tokenizer.convert_ids_to_tokens(first[:2]) == ["Ġ", "p"]


def test_nothing_gives_nothing(tagger):
    assert tagger.tag([]) == [] and tagger.tag(["", " \n"]) == [[], []]


def test_any_set_of_labels_is_mapped_to_the_types_of_the_desk(tmp_path):
    labels = ["O", "B-GPE", "I-GPE", "B-Gene", "I-Gene", "B-DATE", "I-DATE"]
    tagger = HubTagger("tiny", look(bert_tagger(tmp_path, labels)), {"Gene": "MISC"}, "cpu")
    types = {m.type for found in tagger.tag(WORDS) for m in found}
    assert types and types <= {"LOC", "MISC"}
    dropped = HubTagger("tiny", look(tmp_path), {"Gene": "", "GPE": ""}, "cpu")
    assert not any(dropped.tag(WORDS))
