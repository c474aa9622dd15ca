"""What of an article is compared."""

from hypothesis import given
from hypothesis import strategies as st

from nlp.likeness import LEAD_WORDS, lead
from nlp.sentences import split_sentences


@given(st.integers(1, 60))
def test_the_lead_is_the_headline_and_whole_sentences_from_the_beginning(count: int) -> None:
    sentences = [f"This is the sentence with the number {n} of them all." for n in range(count)]
    text = " ".join(sentences)
    lines = lead("Headline", text, split_sentences(text)).splitlines()
    assert lines[0] == "Headline"
    assert lines[1:] == sentences[: len(lines) - 1]
    assert len(lines) - 1 == count or sum(len(line.split()) for line in lines[1:]) >= LEAD_WORDS


def test_an_article_without_a_headline_is_compared_by_its_text() -> None:
    text = "Only one sentence here."
    assert lead("", text, split_sentences(text)) == text
