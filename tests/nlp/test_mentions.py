"""Mentions of one thing, put together."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nlp.mentions import Thing, group, normalise
from nlp.spans import Mention


def _things(*names: tuple[str, str]) -> list[Thing]:
    """Group names, given as (name, type), each at its place in a text that holds them all."""
    text, mentions = "", []
    for name, type_ in names:
        mentions.append(Mention(len(text), len(text) + len(name), type_, 0.9))
        text += name + " spoke. "
    return group(text, mentions)


@pytest.mark.parametrize(
    ("one", "other", "type_"),
    [
        ("U.S.", "US", "LOC"),
        ("U.K.'s", "UK", "LOC"),
        ("the Senate", "Senate", "ORG"),
        ("Stoltenberg’s", "Stoltenberg", "PER"),
        ("Mr. Jens Stoltenberg", "Jens Stoltenberg", "PER"),
        ("O’Hare", "O'Hare", "LOC"),
        ("Coca–Cola", "Coca-Cola", "ORG"),
        ("NEW YORK", "New York", "LOC"),
        ("U.S", "US", "LOC"),
        ("Recep Tayyip Erdoğan", "Recep Tayyip Erdogan", "PER"),
    ],
)
def test_forms_of_one_name_are_one(one: str, other: str, type_: str) -> None:
    assert normalise(one, type_) == normalise(other, type_)


@pytest.mark.parametrize(
    ("one", "other", "type_"),
    [
        ("Boeing 737", "Boeing 747", "MISC"),
        ("4.1.2", "412", "MISC"),
        ("New York", "York", "LOC"),
        ("May", "Theresa May", "PER"),
        ("Münster", "Munster", "LOC"),
    ],
)
def test_names_of_different_things_stay_apart(one: str, other: str, type_: str) -> None:
    assert normalise(one, type_) != normalise(other, type_)


def test_a_surname_belongs_to_the_one_person_of_the_article_who_has_it() -> None:
    [thing] = _things(("Jens Stoltenberg", "PER"), ("Stoltenberg", "PER"), ("Stoltenberg's", "PER"))
    assert (thing.name, len(thing.mentions)) == ("Jens Stoltenberg", 3)


def test_a_surname_that_two_persons_have_stays_by_itself() -> None:
    names = [t.name for t in _things(("Bill Clinton", "PER"), ("Hillary Clinton", "PER"), ("Clinton", "PER"))]
    assert names == ["Bill Clinton", "Hillary Clinton", "Clinton"]


def test_a_place_is_not_taken_for_a_person_of_its_name() -> None:
    assert len(_things(("Jack London", "PER"), ("London", "LOC"))) == 2


def test_mentions_that_overlap_or_hold_no_letter_are_dropped() -> None:
    text = "Jens Stoltenberg -- spoke"
    found = [Mention(0, 16, "PER", 0.9), Mention(5, 16, "PER", 0.8), Mention(17, 19, "MISC", 0.5)]
    assert [thing.mentions for thing in group(text, found)] == [(found[0],)]


def test_a_short_word_in_small_letters_is_no_name() -> None:
    assert [thing.name for thing in _things(("us", "LOC"), ("U.S.", "LOC"), ("US", "LOC"))] == ["U.S."]


@example("À Punt", "ORG")
@given(st.text(max_size=300), st.sampled_from(["PER", "ORG", "LOC", "MISC"]))
def test_a_normalised_name_stays_as_it_is(name: str, type_: str) -> None:
    once = normalise(name, type_)
    assert len(once) <= 200
    assert normalise(once, type_) == once


@given(
    st.lists(st.text(alphabet="AbCd é.’'s-", min_size=1, max_size=12), max_size=12),
    st.lists(st.sampled_from(["PER", "ORG", "LOC"]), min_size=12, max_size=12),
)
def test_every_mention_is_kept_once_and_keys_are_unique(names: list[str], types: list[str]) -> None:
    things = _things(*zip(names, types, strict=False))
    mentions = [m for thing in things for m in thing.mentions]
    assert len(mentions) == len(set(mentions))
    named = [
        any(c.isalnum() for c in normalise(n, t)) and not re.fullmatch("[a-z]{1,3}", n)
        for n, t in zip(names, types, strict=False)
    ]
    assert len(mentions) == sum(named)
    assert len({(t.type, t.key) for t in things}) == len(things)
    assert all(t.name and t.key for t in things)
