"""An article's text with its marks: whatever overlaps, no character is lost or doubled, and all nests."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from api.marks import Name, marked, paragraphs

TEXTS = st.text(st.sampled_from("ab .\n\t🚀é"), max_size=60)
PLACES = st.tuples(st.integers(-3, 65), st.integers(-3, 65))


@st.composite
def articles(draw):
    text = draw(TEXTS)
    names = [Name(s, e, n, "PER", "x") for n, (s, e) in enumerate(draw(st.lists(PLACES, max_size=6)))]
    return text, draw(st.lists(PLACES, max_size=5)), names


def _plain(paragraph):
    return "".join(piece.text for run in paragraph for piece in run.pieces)


def _inside(text, place):
    return 0 <= place[0] < place[1] <= len(text)


def _shown(text, start, end):
    """What of a place stands in paragraphs."""
    return "".join(text[max(start, s) : min(end, e)] for s, e in paragraphs(text) if s < end and e > start)


@given(articles())
def test_no_character_but_the_space_between_paragraphs_is_lost_or_doubled(article):
    text, sentences, names = article
    found = marked(text, sentences, names)
    assert [_plain(paragraph) for paragraph in found] == [text[start:end] for start, end in paragraphs(text)]
    assert "".join("".join(text.split())) == "".join("".join(_plain(p).split()) for p in found)
    assert all(piece.text for paragraph in found for run in paragraph for piece in run.pieces)


@given(articles())
def test_each_sentence_of_the_summary_is_marked_exactly_where_it_is(article):
    text, sentences, names = article
    runs = [run for paragraph in marked(text, sentences, names) for run in paragraph]
    for n, place in enumerate(sentences, 1):
        there = "".join(piece.text for run in runs if n in run.sentences for piece in run.pieces)
        assert there == (_shown(text, *place) if _inside(text, place) else "")
        ends = [(run.starts.count(n), run.ends.count(n)) for run in runs]
        assert (sum(s for s, _ in ends), sum(e for _, e in ends)) == ((1, 1) if there else (0, 0))


@given(articles())
def test_each_name_is_marked_exactly_where_it_is_and_of_two_that_overlap_the_first(article):
    text, sentences, names = article
    found = marked(text, sentences, names)
    pieces = [piece for paragraph in found for run in paragraph for piece in run.pieces if piece.name]
    kept = list({id(piece.name): piece.name for piece in pieces}.values())
    for name in kept:
        mine = [piece for piece in pieces if piece.name is name]
        assert "".join(piece.text for piece in mine) == _shown(text, name.start, name.end)
    assert all(one.end <= other.start for one, other in pairwise(kept))
    for name in names:
        if _inside(text, (name.start, name.end)) and _shown(text, name.start, name.end):
            assert any(other.start < name.end and name.start < other.end for other in [*kept, *_hidden(text, names)])


def _hidden(text, names):
    """Names that stand between paragraphs only: they can keep another out, and are not seen."""
    there = [name for name in names if _inside(text, (name.start, name.end))]
    return [name for name in there if not _shown(text, name.start, name.end)]


def test_a_name_over_the_end_of_a_sentence_is_two_pieces_of_one_name():
    name = Name(2, 6, 7, "ORG", "b c d")
    [[first, second]] = marked("a b c d e", [(0, 4)], [name])
    assert [(p.text, p.opens, p.closes) for p in first.pieces] == [("a ", False, False), ("b ", True, False)]
    assert [(p.text, p.opens, p.closes) for p in second.pieces] == [("c ", False, True), ("d e", False, False)]


def test_two_sentences_may_rest_on_one_place():
    [[run]] = marked("All of it.", [(0, 10), (0, 10)], [])
    assert run.sentences == run.starts == run.ends == (1, 2)


def test_places_are_counted_in_code_points():
    [[_, run]] = marked("🚀🚀 Kourou", [(3, 9)], [])
    assert run.pieces[0].text == "Kourou"


def test_lines_within_a_paragraph_stay_and_empty_lines_part():
    assert [_plain(p) for p in marked("one\ntwo\n \n\n three \n", [], [])] == ["one\ntwo", "three"]
