"""What an article says of its names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marked import read

from nlp.aliases import MOST, Alias, compatible, find_aliases


def _found(marked: str) -> list[Alias]:
    return find_aliases(*read(marked))


def _pairs(marked: str) -> set[tuple[str, str, str]]:
    return {(alias.rule, alias.alias.key, alias.whole.key) for alias in _found(marked)}


@pytest.mark.parametrize(
    "marked",
    [
        "The {ORG World Food Programme} ({ORG WFP}) met.",
        "The {ORG World Food Programme} (WFP) met. {ORG WFP} is in Rome.",
        "{ORG WFP} (the {ORG World Food Programme}) met.",
        "The {ORG World Food Programme} (“{ORG WFP}”) met.",
        "The {ORG World Food Programme}'s ({ORG WFP}'s) staff; {ORG WFP} met.".replace("{ORG WFP}'s)", "{ORG WFP})"),
        "The {ORG World Food Programme} ({ORG WFP}, in Rome) met.",
        "The “{ORG World Food Programme}” (or {ORG WFP}) met.",
    ],
)
def test_a_name_in_brackets_defines_the_one_before_it(marked: str) -> None:
    assert ("definition", "wfp", "world food programme") in _pairs(marked)


@pytest.mark.parametrize(
    "marked",
    [
        "The {ORG World Food Programme} (in {LOC Rome}) met.",
        "The {ORG World Food Programme}, which is large ({ORG WFP}), met.",
        "The {ORG World Food Programme} ({ORG UNICEF} and {ORG WFP}) met.",
        "The {PER Walter Franz Paulsen} ({ORG WFP}) met.",
        "{LOC Indianapolis} ({LOC IN}) has rain.",
        "{PER Jens Olsen} ({LOC Oslo}) won.",
        "The {MISC Boeing 737} ({MISC B747}) flew.",
    ],
)
def test_what_is_no_definition_joins_nothing(marked: str) -> None:
    assert not [pair for pair in _pairs(marked) if pair[0] == "definition"]


def test_evidence_has_its_place_and_both_names_as_written() -> None:
    text, things = read("In May the {ORG World Food Programme} ({ORG WFP}) met.")
    alias = find_aliases(text, things)[0]
    assert text[alias.start : alias.end] == "World Food Programme (WFP)"
    assert alias.names == ("WFP", "World Food Programme")


def test_a_name_that_the_article_defines_twice_differently_defines_nothing() -> None:
    medical = "The {ORG American Medical Association} ({ORG AMA}) met. "
    assert len(_pairs(medical)) == 2  # in brackets, and by its initials
    assert _pairs(medical + "The {ORG American Motorcyclist Association} ({ORG AMA}) rode.") == set()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{ORG Coca-Cola}", "{ORG Coca Cola}"),
        ("{ORG J.P. Morgan}", "{ORG J. P. Morgan}"),
        ("{ORG Johnson & Johnson}", "{ORG Johnson and Johnson}"),
        ("{ORG Nestlé}", "{ORG Nestle}"),
        ("{ORG Acme Incorporated}", "{ORG Acme, Inc.}"),
        ("{ORG World Health Organisation}", "{ORG World Health Organization}"),
    ],
)
def test_two_spellings_are_one_name(one: str, other: str) -> None:
    assert {rule for rule, _, _ in _pairs(f"{one} met. {other} met.")} == {"form"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{LOC Münster}", "{LOC Munster}"),
        ("{PER Peña}", "{PER Pena}"),
        ("{MISC Boeing 737}", "{MISC Boeing 747}"),
        ("{MISC Apollo 11}", "{MISC Apollo 1}"),
        ("{PER Smith}", "{ORG Smith}"),
        ("{LOC us}", "{LOC US}"),
        ("{ORG Labour Party}", "{ORG Labor Party}"),
        ("{PER May}", "{PER Theresa Mayer}"),
        ("{PER Bob Smith}", "{PER Bill Smith}"),
    ],
)
def test_names_of_two_things_are_not_joined(one: str, other: str) -> None:
    assert _pairs(f"{one} came. {other} came.") == set()


def test_a_legal_form_may_be_left_out_unless_the_article_has_two() -> None:
    assert _pairs("{ORG Delta Inc.} fell. {ORG Delta} rose.") == {("suffix", "delta", "delta inc")}
    assert _pairs("{ORG Delta Inc.} fell. {ORG Delta} rose. {ORG Delta Ltd.} did not.") == set()


def test_initials_count_only_where_one_name_of_the_article_has_them() -> None:
    assert _pairs("The {LOC United States} and the {LOC U.S.} ") == {("initials", "us", "united states")}
    assert _pairs("{LOC SA}, {LOC South Africa} and {LOC Saudi Arabia}") == set()
    assert _pairs("{PER Barack Obama} has {PER BO}.") == set()


def test_a_surname_is_joined_to_a_full_name_in_its_article_and_leaves_no_evidence_for_others() -> None:
    text, things = read("{PER Jens Stoltenberg} spoke. {PER Stoltenberg} left.")
    assert [thing.name for thing in things] == ["Jens Stoltenberg"]
    assert find_aliases(text, things) == []


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [("ORG", "ORG", True), ("MISC", "ORG", True), ("LOC", "MISC", True), ("ORG", "LOC", False), ("PER", "MISC", False)],
)
def test_types_must_agree_but_for_a_name_of_unknown_kind(one: str, other: str, may: bool) -> None:
    assert compatible(one, other) is compatible(other, one) is may


_NAMES = (
    "World Food Programme",
    "WFP",
    "W.F.P.",
    "Delta",
    "Delta Inc",
    "Jens Olsen",
    "Olsen",
    "EU",
    "us",
    "Boeing 737",
)
_PIECES = st.one_of(
    st.builds("{{{} {}}}".format, st.sampled_from(["PER", "ORG", "LOC", "MISC"]), st.sampled_from(_NAMES)),
    st.sampled_from([" ", " (", ") ", "'s ", ", ", "(the ", ";", "((", "”", ". "]),
)


@given(st.lists(_PIECES, max_size=25).map("".join))
def test_whatever_the_article_evidence_joins_two_of_its_things_of_compatible_types(marked: str) -> None:
    text, things = read(marked)
    keys = {(thing.type, thing.key) for thing in things}
    found = find_aliases(text, things)
    assert len(found) <= MOST
    for alias in found:
        assert {alias.alias, alias.whole} <= keys and alias.alias != alias.whole
        assert compatible(alias.alias.type, alias.whole.type)
        assert alias.names[0] in text and alias.names[1] in text
        assert 0 <= alias.start < alias.end <= len(text)
