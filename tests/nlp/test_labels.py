"""Whatever the labels of a tagger, its names come out whole and with the desk's types."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.labels import Role, UnknownLabels, decode, roles

CONLL = ("PER", "ORG", "LOC", "MISC")
SCHEMES = {"BIO": "B I I B", "BIOES": "B I E S", "BILOU": "B I L U"}  # first, inside, last, alone


def labels_of(scheme: str, types: tuple[str, ...] = CONLL) -> list[str]:
    return ["O", *(f"{prefix}-{kind}" for kind in types for prefix in dict.fromkeys(SCHEMES[scheme].split()))]


def written(names: list[tuple[int, int, str]], words: int, scheme: str) -> list[str]:
    """The label of each word, as the scheme has it."""
    first, inside, last, alone = SCHEMES[scheme].split()
    found = ["O"] * words
    for start, end, kind in names:
        found[start:end] = [f"{inside}-{kind}"] * (end - start)
        found[end - 1] = f"{last}-{kind}"
        found[start] = f"{alone if end - start == 1 else first}-{kind}"
    return found


def sure(wanted: list[str], labels: list[str]) -> np.ndarray:
    """Chances of a tagger that is sure of these labels."""
    return np.array([[0.9 if label == one else 0.1 / (len(labels) - 1) for label in labels] for one in wanted])


@st.composite
def named(draw: st.DrawFn) -> tuple[list[tuple[int, int, str]], int]:
    """Names that may touch each other, and how many words there are."""
    found, at = [], 0
    for gap, length, kind in draw(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4), st.sampled_from(CONLL)))):
        found.append((at + gap, at + gap + length, kind))
        at += gap + length
    return found, at + draw(st.integers(1, 2))


@pytest.mark.parametrize("scheme", SCHEMES)
@given(case=named())
def test_names_written_in_any_scheme_are_read_back(scheme, case):
    names, words = case
    labels = labels_of(scheme)
    found = list(decode(sure(written(names, words, scheme), labels), roles(labels, {})))
    assert [name[:3] for name in found] == names
    assert all(0.85 < score <= 1 for *_, score in found)


def test_without_prefixes_words_of_a_type_in_a_row_are_one_name():
    labels = ["O", "PER", "LOC"]
    found = decode(sure(["PER", "PER", "LOC", "O", "LOC"], labels), roles(labels, {}))
    assert [name[:3] for name in found] == [(0, 2, "PER"), (2, 3, "LOC"), (4, 5, "LOC")]


def test_the_older_scheme_writes_b_only_between_touching_names():
    labels = ["O", "I-PER", "B-PER"]
    found = decode(sure(["I-PER", "I-PER", "B-PER", "O"], labels), roles(labels, {}))
    assert [name[:3] for name in found] == [(0, 2, "PER"), (2, 3, "PER")]


def test_labels_that_are_one_type_vote_together():
    labels = ["O", "B-GPE", "B-LOC"]
    chances = np.array([[0.4, 0.3, 0.3]])
    assert [name[:3] for name in decode(chances, roles(labels, {}))] == [(0, 1, "LOC")]
    assert list(decode(chances, roles(labels, {"GPE": ""}))) == []


@given(rows=st.lists(st.lists(st.floats(0.01, 1), min_size=9, max_size=9), max_size=12))
def test_names_are_in_order_and_apart_whatever_the_chances(rows):
    chances = np.array(rows).reshape(-1, 9)
    chances /= chances.sum(axis=1, keepdims=True)
    end = 0
    for start, stop, kind, score in decode(chances, roles(labels_of("BIO"), {})):
        assert end <= start < stop <= len(rows)
        assert kind in CONLL and 0 < score <= 1
        end = stop


def test_no_words_have_no_names():
    assert list(decode(np.zeros((0, 9)), roles(labels_of("BIO"), {}))) == []


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("B-PER", Role("PER", starts=True)),
        ("i-person", Role("PER")),
        ("S-GPE", Role("LOC", starts=True, ends=True)),
        ("L-NORP", Role("MISC", ends=True)),
        ("B-creative-work", Role("MISC", starts=True)),
        ("I-WORK_OF_ART", Role("MISC")),
        ("corporation", Role("ORG")),
        ("U-DATE", Role("", starts=True, ends=True)),
        ("O", Role("")),
    ],
)
def test_the_usual_label_sets_are_known(label, role):
    assert roles([label], {}) == [role]


def test_a_table_goes_before_what_is_known_and_names_labels_with_or_without_prefix():
    table = {"gpe": "ORG", "B-disease": "MISC", "LAW": ""}
    assert [r.type for r in roles(["B-GPE", "B-DISEASE", "I-LAW", "I-LOC"], table)] == ["ORG", "MISC", "", "LOC"]


def test_labels_that_nobody_knows_are_named_once_and_without_prefix():
    with pytest.raises(UnknownLabels) as unknown:
        roles(["O", "B-Gene", "I-Gene", "LABEL_3", "B-PER"], {})
    assert unknown.value.labels == ["Gene", "LABEL_3"]
