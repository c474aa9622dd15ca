"""What a summary says that its source does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.faithful import unsupported

SOURCE = (
    "NATO Secretary General Jens Stoltenberg said on Monday that Germany's 1,200 tanks had cost $3 million. "
    "“We will not wait,” he told U.S. officials in Bad Homburg. Who could doubt it? It helped us, too. "
    "The prime minister, Boris Johnson, was there; Sen. Ann Smith spoke of a march on 5 May. Ice-cream prices rose by "
    "five percent. He met Erik. Weber left the meeting of Alphabet's Google."
)


@pytest.mark.parametrize(
    ("summary", "names"),
    [
        ("Stoltenberg spoke about the tanks of Germany.", ["Stoltenberg", "Germany"]),
        ("STOLTENBERG spoke.", ["STOLTENBERG"]),
        ("Mr. Stoltenberg's tanks cost three million dollars.", ["Mr. Stoltenberg's"]),
        ("On Monday the US heard of 1200 tanks.", ["US"]),
        ("Prices rose by 5% in May.", []),
        ("Prime Minister Johnson and Senator Ann Smith were there.", ["Johnson", "Ann Smith"]),
        ('He said: "We will not wait."', []),
        ("He said ‘We will not wait’.", []),
        ("“It helped us, too. We will not wait.” He met Erik.", ["Erik"]),  # of two sentences, each verbatim
        ("He will not wait.", []),
        ("", []),
    ],
)
def test_what_the_source_says_is_supported(summary: str, names: list[str]) -> None:
    assert unsupported(SOURCE, summary, names) == []


@pytest.mark.parametrize(
    ("summary", "names", "missing"),
    [
        ("Merkel spoke in Bonn about 12 tanks.", ["Merkel", "Bonn"], ["Merkel", "Bonn", "12"]),
        ("They met in Bonn.", [], ["Bonn"]),  # the tagger missed it
        ("Angela Merkel spoke.", [], ["Angela Merkel"]),
        ("NASA spoke.", [], ["NASA"]),
        ("Jens Johnson spoke.", ["Jens Johnson"], ["Jens Johnson"]),
        ("He met Stoltenberg Jens.", [], ["Stoltenberg Jens"]),
        ("He met Erik Weber.", ["Erik Weber"], ["Erik Weber"]),  # two sentences
        ("The head of Alphabet Google spoke.", [], ["Alphabet Google"]),
        ("Homburg and Bad Godesberg.", ["Homburg", "Bad Godesberg"], ["Bad Godesberg"]),
        ("The WHO and ICE doubt it.", ["WHO", "ICE"], ["WHO", "ICE"]),
        ("It helped the US and IT.", ["US", "IT"], ["IT"]),
        ("It happened in March.", [], ["March"]),
        ("They met Chancellor Johnson.", ["Johnson"], ["Chancellor"]),
        ("Governor Ann Smith spoke.", ["Governor Ann Smith"], ["Governor Ann Smith"]),
        ("The tanks cost €3 million, or $3.", [], ["€3 million", "$3"]),
        ("Prices rose by 5 percentage points.", [], ["5 percentage points"]),
        ("He said “We will wait” and “tanks had”.", [], ['"We will wait"']),
        ('He said "We will not wait, ever.', [], ['"We will not wait, ever"']),
        ('The word was "tank".', [], ['"tank"']),
        (
            '"We will not wait. He told "we wait" now.',
            [],
            ['"He told"', '"we wait"', '"now"'],
        ),  # which mark is missing?
        ("He said ‘we wait’.", [], ['"we wait"']),
    ],
)
def test_what_the_source_does_not_say_is_named(summary: str, names: list[str], missing: list[str]) -> None:
    assert unsupported(SOURCE, summary, names) == missing


def test_a_thing_is_named_once() -> None:
    assert unsupported(SOURCE, "Bonn has 12 of 12; Bonn.", ["Bonn", "Bonn"]) == ["Bonn", "12"]


_PIECES = """the a said of in on Monday Kyiv Jens Stoltenberg NATO U.S. 5 1,200 $3 million one hundred twenty-one 5%
    third Mr. President O'Hare Kyiv's "we win" — and may May us, it. He The? 10:30 3-1 ‘No’ ( ) G20"""
_WORDS = st.sampled_from(_PIECES.split())
_TEXTS = st.lists(_WORDS, max_size=60).map(" ".join)


@given(st.one_of(_TEXTS, st.text(max_size=300)))
def test_every_text_supports_itself(text: str) -> None:
    assert unsupported(text, text, []) == []


@given(_TEXTS, st.sampled_from(["Bonn", "Ann Weber", "ICE", "17", "€9", "eighty percent", "“you lose”"]), st.data())
def test_what_is_invented_is_found_wherever_it_is_put(text: str, invented: str, data: st.DataObject) -> None:
    words = text.split()
    place = data.draw(st.integers(0, len(words)))
    summary = " ".join([*words[:place], "then,", invented, ", then", *words[place:]])
    assert unsupported(text, summary, [])


@given(_TEXTS, _TEXTS, st.lists(_WORDS, max_size=3))
def test_a_longer_source_never_supports_less(source: str, summary: str, names: list[str]) -> None:
    more = source + "\n\n" + summary
    assert set(unsupported(more, summary, names)) <= set(unsupported(source, summary, names))


@given(_TEXTS)
def test_an_empty_source_supports_no_name_and_no_number(text: str) -> None:
    assert unsupported("", f"{text} then, Bonn has 12", ["Bonn"])[0] == "Bonn"
    assert "12" in unsupported("", f"{text} then, Bonn has 12", ["Bonn"])
