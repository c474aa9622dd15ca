"""`copydesk show` and `copydesk status`: what they print, and how they end when there is nothing to print."""

import pytest

from models.session import session
from models.summary import Summary
from nlp.formats import Document
from tasks.receive import receive

STORY = Document("text", "They left at noon.", title="Dockers walk out", source="Harbour Post")


def test_an_article_is_shown_with_its_facts_and_state(copydesk):
    receive([STORY])
    said = copydesk("show", 1)
    assert said.status == 0
    assert "1  Dockers walk out" in said.out
    assert "Harbour Post · in progress" in said.out


def test_an_article_as_json_is_what_the_api_gives(copydesk):
    receive([STORY])
    shown = copydesk("show", 1, "--json").json
    assert (shown["id"], shown["title"], shown["state"]) == (1, "Dockers walk out", "in progress")
    assert shown["stages"][0]["name"] == "ingest"


def _summarized(kind: str, reason: str | None) -> None:
    sentence = {"start": 7, "end": 18, "text": "They went away at twelve.", "score": 0.5}
    with session() as db:
        db.add(Summary(article_id=1, version=1, kind=kind, reason=reason, sentences=[sentence]))


def test_a_written_summary_is_shown_as_one_with_the_places_that_support_it(copydesk):
    receive([STORY])
    _summarized("abstractive", None)
    said = copydesk("show", 1)
    assert "Summary in the writer's words" in said.out
    assert "[7-18] They went away at twelve." in said.out


def test_a_refused_summary_is_shown_with_its_reason(copydesk):
    receive([STORY])
    _summarized("extractive", "names or numbers that the article does not have: Bonn")
    assert "extractive: names or numbers that the article does not have: Bonn" in copydesk("show", 1).out
    summary = copydesk("show", 1, "--json").json["summary"]
    assert (summary["kind"], summary["reason"][-4:]) == ("extractive", "Bonn")


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_an_unknown_article_is_an_error_in_one_line(copydesk, options):
    said = copydesk("show", 7, *options)
    assert (said.status, said.out, said.err) == (2, "", "copydesk: There is no article 7.\n")


@pytest.mark.parametrize("article_id", ["0", "-1", "one", str(2**63)])
def test_what_cannot_be_an_id_is_wrong_usage(copydesk, article_id):
    said = copydesk("show", "--", article_id)
    assert said.status == 2
    assert "Traceback" not in said.err


def test_status_says_which_workers_are_missing(copydesk):
    receive([STORY])
    said = copydesk("status")
    assert said.status == 1
    assert "database   ok" in said.out
    assert "broker     ok" in said.out
    assert "missing: ingest, nlp" in said.out
    assert "articles   1;" in said.out


def test_status_as_json_counts_the_stages(copydesk):
    receive([STORY])
    said = copydesk("status", "--json")
    assert said.status == 1
    assert said.json["missing_workers"] == ["ingest", "nlp"]
    assert said.json["stages"] == {"ingest": {"queued": 1}}
