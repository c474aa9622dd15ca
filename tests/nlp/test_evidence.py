"""Why two articles are linked."""

import pytest

from nlp.evidence import Evidence, apart, sentence, shared
from nlp.terms import profile

ONE = "NATO chief Jens Stoltenberg met ministers in Kyiv on Monday. Stoltenberg praised the shelters of Kyiv."
OTHER = "Shelters in Kyiv are full. On Monday the chief of NATO, Stoltenberg, was shown one, said Olena Horban."


def shared_names(one: str, other: str) -> list[str]:
    return list(shared(profile("", one), profile("", other))[0])


def test_a_link_says_names_hours_and_likeness_in_a_sentence() -> None:
    found = Evidence(0.78, ("NATO", "Kyiv", "Stoltenberg"), ("shelters",), 5.0)
    assert sentence(found) == "3 shared names: NATO, Kyiv, Stoltenberg; 5 hours apart; 78% alike"


def test_with_hardly_a_name_in_common_the_rare_words_are_named() -> None:
    found = Evidence(0.4, ("Kyiv",), ("arson", "parsonage"), None)
    assert sentence(found) == "1 shared name: Kyiv; 2 shared rare words: arson, parsonage; 40% alike"


def test_evidence_is_the_same_from_both_sides() -> None:
    one, other = profile("", ONE), profile("", OTHER)
    names, terms = shared(one, other)
    assert (names, terms) == shared(other, one)
    assert "shelters" in terms


def test_the_part_of_a_name_that_both_have_is_shared() -> None:
    assert set(shared_names(ONE, OTHER)) == {"NATO", "Kyiv", "Stoltenberg"}


def test_parts_of_a_shared_name_are_not_named_again() -> None:
    text = "Jens Stoltenberg left. Stoltenberg waved."
    assert shared_names(text, text) == ["Jens Stoltenberg"]


def test_words_of_different_names_do_not_make_a_shared_name() -> None:
    assert shared_names("Richard Reid was tried.", "Tara Reid and Richard Burr left.") == []


def test_without_a_date_no_hours_are_told() -> None:
    assert sentence(Evidence(0.4, ("Kyiv", "NATO"), (), None)) == "2 shared names: Kyiv, NATO; 40% alike"


@pytest.mark.parametrize(
    ("hours", "said"), [(0, "0 hours apart"), (1, "1 hour apart"), (71, "71 hours apart"), (290, "12 days apart")]
)
def test_time_is_told_in_hours_then_days(hours: float, said: str) -> None:
    assert apart(hours) == said
