"""Which sentences make a summary."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from nlp.sentences import split_sentences
from nlp.summary import Candidate, candidates, choose, length

PLAIN = "The council of Ludlow voted on Tuesday to repair the old bridge over the river."


def _vectors(count: int) -> NDArray[np.float32]:
    """Unit vectors with nothing in common."""
    return np.eye(max(count, 1), 64, dtype=np.float32)[:count]


def _summary(*sentences: str, most: int = 3) -> list[str]:
    text = " ".join(sentences)
    worth = candidates(text, split_sentences(text))
    assert len(worth) == len(sentences)
    return [text[c.start : c.end] for c in choose(worth, None, _vectors(len(worth)), most)]


@pytest.mark.parametrize(
    "flawed",
    [
        "Would you have voted for a new bridge over the river if you lived there?",
        "Photo: The old bridge of Ludlow, seen from the castle on a summer evening.",
        "Breaking news.",
        "The bridge in numbers and what comes next in the town of Ludlow",
    ],
)
def test_a_question_a_caption_or_a_fragment_is_not_chosen_while_a_statement_is_left(flawed: str) -> None:
    others = [PLAIN.replace("Tuesday", day) for day in ("Monday", "Wednesday", "Thursday")]
    text = "\n\n".join([flawed, *others])
    worth = candidates(text, split_sentences(text))
    chosen = choose(worth, None, _vectors(len(worth)), 3)
    assert flawed not in [text[c.start : c.end] for c in chosen]


@pytest.mark.parametrize(
    "dangling",
    [
        "He said that nobody had expected it after so many years of waiting.",
        "But the work will not begin before the end of the coming winter.",
        "“Nobody had expected it after so many years of waiting,” she said.",
    ],
)
def test_a_sentence_that_hangs_on_another_is_not_chosen_without_it(dangling: str) -> None:
    filler = [f"The mayor of {town} spoke of a long and costly winter for her town." for town in "ABCDEFG"]
    chosen = _summary("Is this the end of the bridge that everybody loved for so long?", dangling, *filler)
    assert dangling not in chosen
    followed = _summary(PLAIN, dangling, *filler)
    assert followed[:2] == [PLAIN, dangling]


def test_what_is_said_again_is_passed_over_for_something_new() -> None:
    worth = [Candidate(i * 10, i * 10 + 9, i, sound=True, dangling=False) for i in range(9)]
    vectors = _vectors(9)
    vectors[1:3] = vectors[0]  # the second and third say what the first says
    chosen = choose(worth, None, vectors, 2)
    assert [c.start for c in chosen] == [0, 30]


def test_the_headline_draws_the_sentence_that_says_what_it_says() -> None:
    worth = [Candidate(i * 10, i * 10 + 9, i, sound=True, dangling=False) for i in range(9)]
    vectors = _vectors(9)
    chosen = choose(worth, vectors[2], vectors, 2)
    assert [c.start for c in chosen] == [0, 20]


@given(st.integers(0, 200), st.integers(1, 20))
def test_a_summary_is_shorter_than_its_article_and_never_longer_than_asked(sentences: int, most: int) -> None:
    wanted = length(sentences, most)
    assert wanted <= most
    assert wanted == 0 if sentences == 0 else 1 <= wanted <= max(1, sentences // 3)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40), st.integers(1, 8))
def test_chosen_sentences_are_candidates_in_the_order_of_the_text(flaws: list[tuple[bool, bool]], most: int) -> None:
    worth = [Candidate(i * 5, i * 5 + 4, i, sound, dangling) for i, (sound, dangling) in enumerate(flaws)]
    rows = np.random.default_rng(len(flaws)).normal(size=(len(worth), 8)).astype(np.float32)
    vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    chosen = choose(worth, vectors[0], vectors, most)
    places = [(c.start, c.end) for c in chosen]
    assert places == sorted(set(places))
    assert len(places) == length(len(worth), most)
    assert set(places) <= {(c.start, c.end) for c in worth}
    unsound = [c for c in chosen if not worth[c.start // 5].sound]
    assert not unsound or all(any(c.start == w.start for c in chosen) for w in worth if w.sound)
