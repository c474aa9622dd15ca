"""The versions of an article, and what changed from one to another."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from models.article import Article, Version
from models.session import session
from tasks.ingest import ingest
from tasks.receive import receive
from tasks.versions import MOST_SENTENCES, Part, compare, difference, versions

FIRST = (
    "The council met on Monday to hear what the harbour wants. Members asked about the price of the new crane at the "
    "pier. The mayor left early for the capital. A vote on the money is set for Thursday, a clerk told us after it. "
    "Nobody spoke against the plan in public, and the union of the dockers had sent two of its members to listen."
)
SECOND = FIRST.replace("Thursday", "Friday").replace(" The mayor left early for the capital.", "")
RUNS = [("same", 2), ("removed", 2), ("added", 1), ("same", 1)]
URL = "https://news.example/council"


@pytest.fixture
def changed(desk: object, document: Callable[..., object]) -> int:
    """An article that came twice, with other text and headline."""
    for title, body in (("Council Meets", FIRST), ("Council Votes on Friday", SECOND)):
        article_id = receive([document(title, body, url=URL)])[0].article_id  # type: ignore[list-item]
        ingest(article_id)
    return article_id


def test_each_version_has_its_headline_and_the_time_in_which_it_was_read(changed: int) -> None:
    with session() as db:
        found = versions(db, changed)
    assert found is not None
    new, old = found
    assert (new["version"], new["title"], new["until"]) == (2, "Council Votes on Friday", None)
    assert (old["version"], old["title"], old["characters"]) == (1, "Council Meets", len(FIRST))
    assert old["since"] < old["until"] == new["since"]


def test_a_difference_names_the_sentences_that_went_and_came(changed: int) -> None:
    with session() as db:
        found = difference(db, changed, 1, 2)
        back = difference(db, changed, 2, 1)
        none = difference(db, changed, 1, 3)
    assert found is not None and back is not None and none is None
    assert [(part.kind, part.sentences) for part in found.parts] == RUNS
    assert found.parts[0].text == ("Members asked about the price of the new crane at the pier.",)
    assert "Friday" in found.parts[2].text[0]
    assert (found.old_title, found.new_title, found.is_cut) == ("Council Meets", "Council Votes on Friday", False)
    assert [part.kind for part in back.parts] == ["same", "removed", "added", "same"]


def test_an_article_without_a_text_has_no_versions(desk: object, document: Callable[..., object]) -> None:
    article_id = receive([document()])[0].article_id  # type: ignore[list-item]
    with session() as db:
        assert versions(db, article_id) is versions(db, 99) is None
        assert difference(db, article_id, 1, 1) is None


@given(st.lists(st.sampled_from("abcde"), max_size=12), st.lists(st.sampled_from("abcde"), max_size=12))
def test_the_parts_count_every_sentence_of_both_and_show_every_change(before: list[str], after: list[str]) -> None:
    parts = list(compare(before, after))
    counted = {
        kind: sum(part.sentences for part in parts if part.kind == kind) for kind in ("same", "removed", "added")
    }
    assert counted["same"] + counted["removed"] == len(before)
    assert counted["same"] + counted["added"] == len(after)
    assert all(len(part.text) == part.sentences for part in parts if part.kind != "same")


def test_of_what_is_the_same_only_what_is_beside_a_change_is_shown() -> None:
    same = [f"{n}" for n in range(9)]
    shown = [part.text for part in compare(["x", *same, "y", *same], ["z", *same, *same])]
    assert shown == [("x",), ("z",), ("0", "8"), ("y",), ("0",)]
    assert list(compare(same, same)) == [Part("same", 9, ())]


@pytest.mark.timeout(20)
def test_very_long_texts_are_compared_in_bounded_time_and_cut(changed: int) -> None:
    with session() as db:
        db.execute(update(Article).values(text="They came back at noon. " * (3 * MOST_SENTENCES)))
        db.execute(update(Version).values(text="They left at noon or so. They came back at noon. " * MOST_SENTENCES))
        found = difference(db, changed, 1, 2)
    assert found is not None and found.is_cut
