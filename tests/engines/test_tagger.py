"""Names are found where they are, in any text, alone or in company."""

import json
import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.spans import Mention
from nlp.windows import windows
from workers.engines.onnx import CHECKPOINTS, Checkpoint
from workers.engines.tagger import Tagger

NEWS = [
    "Sen. Olympia J. Snowe met Angela Merkel in Berlin on Monday.",
    "Facebook opened an office in New York, the BBC reported.",
    "It rained all day.",
    "",
]
ODD = st.sampled_from(
    ["Angela Merkel", "Paris", "😀", "\0", "\u200b", "\n", "x" * 300, "!" * 300, "[SEP]", "“", "’s", "U.S."]
)


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger()


def names(text: str, mentions: list[Mention]) -> list[tuple[str, str]]:
    return [(text[m.start : m.end], m.type) for m in mentions]


def test_news_names_are_found(tagger: Tagger) -> None:
    first, second, third, empty = tagger.tag(NEWS)
    assert names(NEWS[0], first) == [("Olympia J. Snowe", "PER"), ("Angela Merkel", "PER"), ("Berlin", "LOC")]
    assert names(NEWS[1], second) == [("Facebook", "ORG"), ("New York", "LOC"), ("BBC", "ORG")]
    assert third == empty == []


def test_nothing_gives_nothing(tagger: Tagger) -> None:
    assert tagger.tag([]) == []


def test_offsets_count_code_points(tagger: Tagger) -> None:
    text = "😀😀 \0 Then Angela\u200b Merkel flew to Par\u0301is."
    assert ("Angela\u200b Merkel", "PER") in names(text, tagger.tag([text])[0])


def test_a_word_that_the_network_cannot_see_changes_no_name(tagger: Tagger) -> None:
    text = "\0 Angela Merkel \0 flew to Paris."
    assert names(text, tagger.tag([text])[0]) == [("Angela Merkel", "PER"), ("Paris", "LOC")]


def test_what_is_found_depends_on_the_sentence_alone(tagger: Tagger) -> None:
    alone = [tagger.tag([text])[0] for text in NEWS]
    order = [3, 1, 0, 0, 2, 3, 1]
    assert tagger.tag([NEWS[place] for place in order]) == [alone[place] for place in order]


@pytest.mark.parametrize(("scales", "shared"), [("fixed", True), ("of each call", False)])
def test_sentences_share_a_call_only_if_scales_are_fixed(
    scales: str, shared: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(CHECKPOINTS / "tagger", tmp_path / "tagger"))
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"scales": scales}))
    calls: list[int] = []
    run = Checkpoint.run
    monkeypatch.setattr(Checkpoint, "run", lambda self, texts: calls.append(len(texts)) or run(self, texts))
    found = Tagger(folder).tag(NEWS)
    assert [len(mentions) for mentions in found] == [3, 3, 0, 0]
    assert calls == ([2] if shared else [1, 1])


def test_a_long_sentence_is_read_to_its_end(tagger: Tagger) -> None:
    text = "and then he said that it was late, " * 60 + "said Angela Merkel in Berlin."
    assert names(text, tagger.tag([text])[0]) == [("Angela Merkel", "PER"), ("Berlin", "LOC")]


@pytest.mark.parametrize(
    "text", ["x" * 100_000, "!" * 100_000, "\0" * 10_000, "😀" * 5_000, "\u200b" * 10_000, "a " * 3_000]
)
def test_monstrous_words_are_survived(tagger: Tagger, text: str) -> None:
    tagger.tag([text])


@settings(max_examples=40, deadline=None)
@given(sentences=st.lists(st.lists(st.text(max_size=12) | ODD, max_size=8).map(" ".join), max_size=4))
def test_mentions_lie_in_their_sentence_in_order(tagger: Tagger, sentences: list[str]) -> None:
    found = tagger.tag(sentences)
    assert len(found) == len(sentences)
    for text, mentions in zip(sentences, found, strict=True):
        end = 0
        for mention in mentions:
            assert end <= mention.start < mention.end <= len(text)
            assert text[mention.start : mention.end].strip() == text[mention.start : mention.end]
            assert mention.type in ("PER", "ORG", "LOC", "MISC")
            assert 0 < mention.score <= 1
            end = mention.end


@given(st.lists(st.integers(1, 24), max_size=200), st.integers(48, 126))
def test_windows_cover_every_word_and_fit(lengths: list[int], limit: int) -> None:
    found = list(windows(lengths, limit))
    assert [found[0][:2], found[-1][2]] == [(0, 0), len(lengths)] if lengths else not found
    assert all(sum(lengths[start:stop]) <= limit for start, _, stop in found)
    for (_, _, covered), (start, own, stop) in pairwise(found):
        assert start <= own <= covered < stop
        assert abs((own - start) - (covered - own)) <= 1
