"""Which place of an article supports a sentence written about it."""

from hypothesis import given
from hypothesis import strategies as st

from nlp.sentences import split_sentences
from nlp.spans import Span
from nlp.support import LONGEST, Supported, support

SOURCE = (
    "The council of Ludlow met on Tuesday. It voted to repair the old bridge. The work will cost 2 million pounds. "
    "The mayor said that trains were late. Rain is expected on Friday."
)


def _places(summary: str) -> list[str]:
    return [SOURCE[s.start : s.end] for s in support(SOURCE, split_sentences(SOURCE), summary)]


def test_a_sentence_rests_on_the_one_that_shares_its_rare_words() -> None:
    assert _places("The mayor spoke of late trains. On Friday the rain is back.") == [
        "The mayor said that trains were late.",
        "Rain is expected on Friday.",
    ]


def test_a_sentence_made_of_two_neighbours_rests_on_both() -> None:
    assert _places("It voted to repair the bridge, and the work will cost 2 million.") == [
        "It voted to repair the old bridge. The work will cost 2 million pounds."
    ]


def test_of_equal_places_the_first_counts() -> None:
    [found] = support("Rain fell. Rain fell.", [Span(0, 10), Span(11, 21)], "Rain fell.")
    assert found == Supported(0, 10, "Rain fell.", 1.0)


def test_a_sentence_that_shares_no_word_has_no_support() -> None:
    assert support(SOURCE, split_sentences(SOURCE), "Elephants sleep!") == [Supported(0, 0, "Elephants sleep!", 0.0)]


_PIECES = "Rain fell. bridge old Tuesday Work costs more. ! 5 the"
_TEXTS = st.lists(st.sampled_from(_PIECES.split()), max_size=60)


@given(_TEXTS.map(" ".join), _TEXTS.map(" ".join))
def test_every_sentence_rests_on_at_most_three_whole_sentences(source: str, summary: str) -> None:
    sentences = split_sentences(source)
    found = support(source, sentences, summary)
    assert [s.text for s in found] == [summary[a:b] for a, b in split_sentences(summary)]
    for sentence in found:
        assert 0 <= sentence.score <= 1.0001
        if sentence.score:
            covered = [s for s in sentences if sentence.start <= s.start < sentence.end]
            assert (covered[0].start, covered[-1].end) == (sentence.start, sentence.end)
            assert len(covered) <= LONGEST
