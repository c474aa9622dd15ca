"""`copydesk show --versions` and `--diff`."""

import pytest

from nlp.formats import Document
from tasks.ingest import ingest
from tasks.receive import receive

TEXT = "The council met on Monday to hear what the harbour wants to build. " * 5


@pytest.fixture
def changed(desk):
    """An article that came twice, with a sentence more and another headline."""
    for title, body in (("Council Meets", TEXT), ("Council Met", f"{TEXT} The mayor left early for the capital.")):
        ingest(receive([Document("text", body, title=title, url="https://news.example/a")])[0].article_id)


def test_versions_are_listed_the_newest_first(copydesk, changed):
    said = copydesk("show", 1, "--versions")
    assert said.out.index("Council Met ") < said.out.index("Council Meets")
    assert [one["version"] for one in copydesk("show", 1, "--versions", "--json").json["versions"]] == [2, 1]


@pytest.mark.parametrize("two", ["last", "1..2"])
def test_a_difference_is_shown_by_sentences(copydesk, changed, two):
    lines = copydesk("show", 1, "--diff", two).out.splitlines()
    assert "- Council Meets" in lines and "+ Council Met" in lines
    assert "+ The mayor left early for the capital." in lines
    assert "  ... 4 unchanged ..." in lines
    assert copydesk("show", 1, "--diff", two, "--json").json["parts"][-1]["kind"] == "added"


@pytest.mark.parametrize("two", ["1", "1..", "a..b", "1..9", "9..1", "-1..2", f"1..{10**30}"])
def test_what_are_not_two_versions_is_told(copydesk, changed, two):
    said = copydesk("show", 1, f"--diff={two}")
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)


def test_an_unknown_article_has_no_versions(copydesk, desk):
    assert "There is no article 7" in copydesk("show", 7, "--versions").err
