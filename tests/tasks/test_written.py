"""Summaries in a writer's own words, checked against the article, on the real tagger and the real database."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from models.article import Article
from models.session import session
from models.stage import Stage, StageRow, State
from models.summary import Summary
from nlp.formats import Document
from tasks import summarize
from tasks.receive import receive
from workers.engines.written import CannotWrite
from workers.runtime import Runtime, runtime

FAITHFUL = "Workers left the docks of Hamburg over night shifts. Verdi says 1,200 of its members are on strike."
INVENTED = "Workers left the docks of Bremen, and 1,300 of them are on strike."


class Writer:
    """A stand-in that writes what it is told to, or raises it."""

    weights = "0123"

    def __init__(self, says: str | Exception, name: str = "writer") -> None:
        self.says = says
        self.name = name

    def write(self, text: str) -> str:
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@pytest.fixture
def written(
    put: Callable[..., int], document: Callable[..., Document], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Summary]:
    """The summary that an article gets from a desk whose writer says this; without a writer for None."""

    def summary(says: str | Exception | None, name: str = "writer") -> Summary:
        writer = Writer(says, name) if says is not None else None
        loaded: Runtime = replace(runtime(), writer=writer)
        monkeypatch.setattr(summarize, "runtime", lambda: loaded)
        receive([document()], redo=True)
        article_id = put()
        with session() as db:
            return db.scalars(select(Summary).where(Summary.article_id == article_id)).one()

    return summary


def _text() -> str:
    with session() as db:
        return db.scalars(select(Article.text)).one() or ""


def test_a_summary_that_says_only_what_the_article_says_is_kept(
    written: Callable[..., Summary], stage: Callable[..., StageRow]
) -> None:
    summary = written(FAITHFUL)
    assert (summary.kind, summary.reason) == ("abstractive", None)
    assert " ".join(sentence["text"] for sentence in summary.sentences) == FAITHFUL
    assert (stage(1, Stage.SUMMARY).lineage or "").startswith("writer@0123+")


def test_each_written_sentence_has_the_place_of_the_article_that_supports_it(written: Callable[..., Summary]) -> None:
    first, second = written(FAITHFUL).sentences
    text = _text()
    assert text[first["start"] : first["end"]].startswith("Dock workers in Hamburg walked out")
    assert text[second["start"] : second["end"]].startswith("The union Verdi said that 1,200 members")


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        (INVENTED, "names or numbers that the article does not have: Bremen, 1,300"),
        ("", "wrote nothing"),
        (" \n", "wrote nothing"),
        (FAITHFUL * 9, "no shorter than the article"),
        ("Elephants slept!", "nothing in the article supports"),
        (CannotWrite("the text has no words of its vocabulary"), "no words of its vocabulary"),
    ],
)
def test_a_summary_that_cannot_be_kept_gives_way_to_the_extractive_one_with_the_reason(
    written: Callable[..., Summary], says: str | Exception, reason: str
) -> None:
    summary = written(says)
    assert summary.kind == "extractive"
    assert reason in (summary.reason or "")
    text = _text()
    assert summary.sentences
    assert all(text[s["start"] : s["end"]] == s["text"] for s in summary.sentences)


def test_a_bug_in_a_writer_is_no_reason_but_a_failed_try(
    put: Callable[..., int], stage: Callable[..., StageRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = replace(runtime(), writer=Writer(ValueError("shapes do not match")))
    monkeypatch.setattr(summarize, "runtime", lambda: loaded)
    row = stage(put(), Stage.SUMMARY)
    assert (row.state, row.reason) == (State.QUEUED, "attempt 1: ValueError: shapes do not match")


def test_another_engine_setting_makes_what_was_made_before_stale(
    written: Callable[..., Summary], stage: Callable[..., StageRow]
) -> None:
    """A kept summary, a refused one and one of a desk without a writer differ in lineage, and so do two writers'."""

    def lineage(says: str | None, name: str = "writer") -> Any:
        written(says, name)
        return stage(1, Stage.SUMMARY).lineage

    made = [lineage(None), lineage(FAITHFUL), lineage(INVENTED), lineage(FAITHFUL, "other"), lineage(INVENTED, "other")]
    assert len(set(made)) == len(made)
    assert made[2].startswith(made[0]) and made[2].endswith(made[1])  # the extractive one's, and whose place it took


def test_a_summary_is_replaced_with_its_kind_and_its_reason(written: Callable[..., Summary]) -> None:
    assert written(INVENTED).reason
    assert (written(FAITHFUL).kind, written(FAITHFUL).reason) == ("abstractive", None)
    assert (written(None).kind, written(None).reason) == ("extractive", None)
