"""One text published twice, or two that only look like it."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.duplicates import Comparison, compare, is_same, united
from nlp.passages import Passages, read

STORY = (
    "The fire department of Harrison will receive 154,242 dollars to replace two engines that are older than most of "
    "the people who drive them. Senator Mary Vale said on Tuesday that the money comes from a programme for small "
    "towns. The chief thanked her and said that the engines would be ordered before the winter. He remembered a night "
    "when one of them would not start and a barn burnt down while his people pushed. The council votes on the rest of "
    "the sum next month, and nobody in the town expects that it will refuse. The old engines go to a museum, where "
    "children may climb on them and ring the bell until somebody asks them to stop."
)
BYLINE = "By a staff writer of the Evening Courier, all rights reserved, follow us for more of this. "
WORDS = "harbour strike union talks Hamburg crane night shift 12 offer letter Mayor vote report water 300"
texts = st.lists(st.sampled_from(WORDS.split(" ")), max_size=120).map(" ".join)


def _compare(one: str, other: str) -> Comparison:
    return compare(read(one), read(other))


def test_bylines_boilerplate_marks_and_case_leave_a_duplicate() -> None:
    found = _compare(STORY, BYLINE + STORY.upper().replace(", ", " ").replace(".", " ") + " Read more on our pages.")
    assert found.same and found.share == 1.0 and 0.8 < found.shared_back < 1.0


def test_cuts_and_additions_leave_a_duplicate_and_the_shares_say_how_much() -> None:
    sentences = STORY.split(". ")
    found = _compare(". ".join(sentences[:4]), STORY)
    assert found.same and found.share > 0.97 and 0.5 < found.shared_back < 0.8


def test_paragraphs_in_another_order_leave_a_duplicate() -> None:
    sentences = STORY.split(". ")
    assert _compare(STORY, ". ".join(sentences[4:] + sentences[:4])).same


def test_the_template_with_another_town_and_sum_is_none_and_says_why() -> None:
    found = _compare(STORY, STORY.replace("Harrison", "Sugarcreek").replace("154,242", "917,941"))
    assert not found.same and found.share > 0.9
    assert found.only_here == ("Harrison will receive 154,242",)
    assert found.only_there == ("Sugarcreek will receive 917,941",)


def test_a_template_is_one_also_where_it_lists_several_towns() -> None:
    towns = "Harrison will receive 154,242 dollars, that of Easton Falls 20,100 and those of Norwich and Perry 70,065"
    assert not _compare(
        STORY, STORY.replace("Harrison will receive 154,242", towns).replace("Mary Vale", "Ann Kerr")
    ).same


def test_one_other_number_in_a_short_report_is_another_report_and_in_a_long_one_a_correction() -> None:
    assert not _compare(STORY, STORY.replace("154,242", "154,243")).same
    long = STORY + " And nobody said a word more about it before the winter came and went." * 8
    assert _compare(long, long.replace("154,242", "154,243")).same


def test_names_that_only_one_text_adds_leave_a_duplicate() -> None:
    added = STORY.replace("by people", "by people").replace(
        " The council", " Bob Ames of Dover agreed in 2025. The council"
    )
    found = _compare(STORY, added)
    assert found.same and found.only_here == () and found.only_there == ("Bob Ames of Dover agreed in 2025",)


def test_other_words_and_shorter_forms_for_the_same_are_no_other_facts() -> None:
    assert _compare(STORY, STORY.replace("money", "grant").replace("Tuesday", "today")).same
    assert _compare(STORY, STORY.replace("Senator Mary", "Sen. Mary")).same


def test_a_number_that_begins_another_one_is_not_that_number() -> None:
    assert not _compare(STORY.replace("154,242", "15"), STORY.replace("154,242", "150")).same
    assert _compare(STORY.replace("154,242", "15"), STORY.replace("154,242", "15th")).same


def test_a_digest_that_holds_the_article_among_others_is_no_copy_of_it() -> None:
    others = " ".join(f"Item {n} tells of bridge {n * 7} and of what came of plan {n * 3} there." for n in range(40))
    found = _compare(STORY, f"{others} {STORY}")
    assert found.share == 1.0 and not found.same


def test_a_text_with_changes_a_month_later_is_a_later_stage_and_one_without_is_the_same() -> None:
    changed = read(STORY.replace("votes on the rest of the sum next month", "has now voted for the rest"))
    assert compare(read(STORY), changed, days=1).same
    assert not compare(read(STORY), changed, days=30).same
    assert compare(read(STORY), read("Again: " + STORY), days=30).same


def test_two_texts_without_words_are_not_one() -> None:
    assert not _compare("", "").same
    assert not _compare("...", "!").same


@given(texts, texts, st.integers(0, 20))
def test_asked_only_whether_two_are_the_same_the_answer_is_the_same(one: str, other: str, days: int) -> None:
    for a, b in ((one, other), (one, f"{other} {one}"), (STORY, f"{STORY} {one}"), (f"{STORY} {one}", STORY)):
        assert is_same(read(a), read(b), days) == compare(read(a), read(b), days).same


@given(texts, texts)
def test_comparing_the_other_way_round_says_the_same(one: str, other: str) -> None:
    assert _compare(one, other) == _compare(other, one).turned()


@given(texts)
def test_a_text_with_words_is_the_same_as_itself(text: str) -> None:
    found = _compare(text, text.upper())
    assert (found.same, found.share, found.shared_back, found.only_here) == (bool(text), 1.0, 1.0, ())


@given(texts, texts)
def test_shares_are_shares_and_facts_are_words_of_one_text_only(one: str, other: str) -> None:
    found = _compare(one, other)
    assert 0 <= found.share <= 1 and 0 <= found.shared_back <= 1
    assert all(fact in one for fact in found.only_here) and all(fact in other for fact in found.only_there)


@given(st.lists(texts, max_size=8), st.randoms(use_true_random=False))
def test_groups_are_the_same_whatever_the_order(given_: list[str], dice: random.Random) -> None:
    def groups(order: list[int]) -> set[frozenset[int]]:
        found = united([read(given_[place]) for place in order], [None] * len(order))
        return {frozenset(order[place] for place in group) for group in found}

    order = list(range(len(given_)))
    before = groups(order)
    dice.shuffle(order)
    assert groups(order) == before
    assert sorted(place for group in before for place in group) == list(range(len(given_)))


def test_a_chain_of_edits_is_one_group() -> None:
    sentences = STORY.split(". ")
    chain: list[Passages] = [read(". ".join(sentences[:end])) for end in (2, 4, 7)]
    assert not compare(chain[0], chain[2]).same  # or the test shows nothing
    assert united(chain, [None] * 3) == [[0, 1, 2]]


@pytest.mark.parametrize("text", ["again " * 50_000, "a b c 1 2 3 " * 20_000, "\u0130" * 50_000])
def test_time_stays_short_on_texts_that_repeat_themselves(text: str) -> None:
    _compare(text + STORY, STORY + text)
