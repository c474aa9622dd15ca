"""What a name means when articles say different things of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.meanings import DEFINITION, INITIALS, Meaning, agree, undisputed

MEDICAL, RIDERS = "american medical association", "american motorcyclist association"


def _defined(**counted: int) -> dict[Meaning, int]:
    wholes = {"medical": MEDICAL, "riders": RIDERS, "with_form": MEDICAL + " inc"}
    return {Meaning(DEFINITION, wholes[name]): count for name, count in counted.items()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("u.s. department of energy", "department of energy"),
        ("department of health & human services", "health and human services"),
        ("emergency medical service", "emergency medical services"),
        ("general motors", "general motors company"),
        ("world health organisation", "world health organization"),
        ("centers for disease control", "centers of disease control"),
    ],
)
def test_long_names_that_differ_in_small_words_agree(one: str, other: str) -> None:
    assert agree([one, other])


@pytest.mark.parametrize(
    ("one", "other"), [(MEDICAL, RIDERS), ("delta inc", "delta ltd"), ("group of 7", "group of 20"), ("us", "eu")]
)
def test_long_names_of_two_things_do_not_agree(one: str, other: str) -> None:
    assert not agree([one, other])


def test_a_name_with_two_meanings_has_none() -> None:
    assert undisputed(_defined(medical=3, riders=1)) == set()
    assert len(undisputed(_defined(medical=3, with_form=1))) == 2


def test_a_slip_does_not_undo_what_ten_times_as_many_articles_say() -> None:
    assert {meaning.whole for meaning in undisputed(_defined(medical=20, riders=2))} == {MEDICAL}
    assert undisputed(_defined(medical=20, riders=3)) == set()
    assert undisputed(_defined(medical=9, riders=1)) == set()


def test_a_weaker_rule_adds_to_a_stronger_one_and_never_contradicts_it() -> None:
    weak = {Meaning(INITIALS, RIDERS): 500}
    assert undisputed(_defined(medical=1) | weak) == set(_defined(medical=1))
    assert undisputed(_defined(medical=2, riders=1) | weak) == set()
    same = {Meaning(INITIALS, MEDICAL): 3}
    assert undisputed(_defined(medical=1) | same) == {*_defined(medical=1), *same}


@given(
    st.dictionaries(
        st.sampled_from([*_defined(medical=1, riders=1, with_form=1), Meaning(INITIALS, RIDERS)]), st.integers(1, 50)
    )
)
def test_what_is_undisputed_agrees_whatever_is_said(said: dict[Meaning, int]) -> None:
    taken = undisputed(said)
    assert taken <= said.keys()
    assert agree(meaning.whole for meaning in taken)
