"""What no author writes goes through the engines and the rules around them in bounded time."""

import pytest
from bounded import within

from nlp.aliases import find_aliases
from nlp.duplicates import is_same
from nlp.mentions import group
from nlp.passages import read, sketch
from nlp.sentences import split_sentences
from nlp.spans import Mention, Span
from nlp.terms import profile
from workers.engines.embedder import Embedder
from workers.engines.summarizer import Summarizer
from workers.engines.tagger import Tagger

SECONDS = 10.0  # of processor time; most take less than one
UNITS = {
    "stops": "U.",
    "acronyms": "Alpha Beta Company (ABC) ",
    "marks": "a\u0300\u0316",
    "pictures": "😀 ",
    "quotation marks": '" ',
    "brackets": "(",
    "addresses": "www.a@",
    "Chinese": "北京",
    "capitals": "Xx ",
}


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger()


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder()


def think(text: str, tagger: Tagger, embedder: Embedder) -> list[Span]:
    """All that the three results ask of a text; gives its sentences."""
    sentences = split_sentences(text)
    compared = read(text)
    assert is_same(compared, read(text)) == bool(compared.keys)
    is_same(compared, read(f"{text} More of it, and then some."))
    sketch(compared)
    profile("Headline", text)
    embedder.embed([text])
    assert all(0 <= one.start < one.end <= len(text) for one in Summarizer(3).summarize("Headline", text, sentences))
    found = tagger.tag([text[start:end] for start, end in sentences])
    mentions = [
        Mention(start + m.start, start + m.end, m.type, m.score)
        for (start, _), some in zip(sentences, found, strict=True)
        for m in some
    ]
    find_aliases(text, group(text, mentions))
    return sentences


@pytest.mark.parametrize("unit", UNITS)
def test_a_text_of_one_thing_again_and_again_takes_bounded_time(unit: str, tagger: Tagger, embedder: Embedder) -> None:
    with within(SECONDS):
        assert think(UNITS[unit] * (8_000 // len(UNITS[unit])), tagger, embedder)


@pytest.mark.parametrize("letter", ["x", "X", "9", "_", "é", "𝔗"])
def test_a_word_of_a_million_letters_takes_bounded_time(letter: str, tagger: Tagger, embedder: Embedder) -> None:
    with within(SECONDS):
        assert think(letter * 1_000_000, tagger, embedder) == [(0, 1_000_000)]


def test_twenty_thousand_people_are_grouped_in_bounded_time() -> None:
    names = [f"Ada{n} Byrne{n}" if n % 2 else f"Byrne{n + 1}" for n in range(20_000)]
    text = ". ".join(names)
    starts = [0]
    for name in names:
        starts.append(starts[-1] + len(name) + 2)
    mentions = [Mention(at, at + len(name), "PER", 1.0) for at, name in zip(starts, names, strict=False)]
    with within(SECONDS):
        things = group(text, mentions)
        find_aliases(text, things)
    assert len(things) == 10_000
