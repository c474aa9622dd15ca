"""Failed stages are grouped by what went wrong, queued again once, and dropped with all made of the article."""

from collections.abc import Callable
from pathlib import Path

import pytest
from linking import add, event_text, link_all, told
from sqlalchemy import func, select, text, update

from models.article import Article
from models.base import Base
from models.entity import Entity
from models.session import session
from models.stage import Lane, Stage, StageRow, State
from models.story import Story
from nlp.formats import Document
from tasks.failures import Chosen, counted, drop, failures, retry
from tasks.queue import messages
from tasks.receive import receive


@pytest.fixture
def failed(desk: Path) -> Callable[..., list[int]]:
    """Articles whose ingest failed for these reasons, one each; gives their ids."""

    def fail(*reasons: str, lane: Lane = Lane.LIVE) -> list[int]:
        with session() as db:
            known = db.scalar(select(func.count()).select_from(Article))
        documents = [Document("text", "Noon.", title=f"{known} {n}") for n in range(len(reasons))]
        ids = [one.article_id for one in receive(documents, lane)]
        with session() as db:
            for i, reason in zip(ids, reasons, strict=True):
                values = {"state": State.FAILED, "reason": reason, "attempts": 5, "finished_at": func.now()}
                db.execute(update(StageRow).where(StageRow.article_id == i).values(values))
        _take_messages()
        return ids

    return fail


def _take_messages() -> None:
    from workers.app import app

    with app.connection_for_write() as connection:
        connection.default_channel.client.flushall()


def _groups() -> list[tuple[str, int, list[int]]]:
    with session() as db:
        return [(group["reason"], group["count"], group["articles"]) for group in failures(db)]


def _ids() -> list[int]:
    with session() as db:
        return list(db.scalars(select(Article.id).order_by(Article.id)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("attempt 5: took longer than 120 s", "attempt 3: took longer than 90.5 s"),
        ("https://a.example/x?y=1 answers 404", "http://b.example:8080/ answers 503"),
        ("no address for news.example.org", "no address for b.co.uk:443"),
        ("job 9f86d081884c7d65 is gone", "job a3bf4f1b-2b0b-822c is gone"),
        ("KeyError: 0x7f00aa", "KeyError: 0x7f"),
    ],
)
def test_failures_that_differ_in_numbers_ids_hosts_or_addresses_only_are_one_group(failed, one, other):
    failed(one, other)
    assert [count for _, count, _ in _groups()] == [2]


def test_failures_with_other_words_or_of_another_stage_are_apart_and_the_largest_group_is_first(failed):
    first, *others = failed("attempt 1: no PDF", "no page", "no page")
    assert [(reason, count) for reason, count, _ in _groups()] == [("no page", 2), ("no PDF", 1)]
    with session() as db:
        db.execute(update(StageRow).where(StageRow.article_id == others[0]).values(name=Stage.SUMMARY))
        assert [group["articles"] for group in failures(db, Stage.SUMMARY)] == [[others[0]]]
    assert len(_groups()) == 3 and first in _ids()


def test_a_group_says_how_often_from_when_to_when_and_shows_the_newest_articles(failed):
    ids = failed(*["died"] * 7)
    with session() as db:
        db.execute(text("update stages set finished_at = now() - make_interval(days => cast(article_id as int))"))
        group = failures(db)[0]
    assert group["articles"] == sorted(ids)[:5]
    assert (group["last"] - group["first"]).days == 6
    assert group["example"] == "died"


def test_a_group_keeps_its_id_when_others_come_and_go(failed):
    failed("no page")
    with session() as db:
        before = failures(db)[0]["group"]
    failed("no PDF", "no PDF")
    with session() as db:
        assert {group["reason"]: group["group"] for group in failures(db)}["no page"] == before


@pytest.mark.parametrize("how", ["ids", "group", "reason", "everything"])
def test_failures_are_queued_again_with_all_their_attempts(failed, how, stage):
    ids = failed("no page 1", "no page 2", "no PDF")
    with session() as db:
        group = failures(db)[0]["group"]
    meant = {
        "ids": Chosen(articles=ids[:2]),
        "group": Chosen(group=group),
        "reason": Chosen(reason="no pAge"),
        "everything": Chosen(everything=True),
    }[how]
    expected = 3 if how == "everything" else 2
    with session() as db:
        assert counted(db, meant) == expected
    assert retry(meant) == expected
    rows = [stage(i, Stage.INGEST) for i in ids[:expected]]
    assert {(row.state, row.attempts, row.reason) for row in rows} == {(State.QUEUED, 0, None)}
    assert messages("ingest") == 1  # together
    assert retry(meant) == 0


def test_nothing_chosen_means_nothing_and_a_percent_sign_is_only_that(failed):
    failed("no page")
    assert retry(Chosen()) == retry(Chosen(reason="%")) == drop(Chosen()) == 0


def test_a_failure_is_queued_again_in_its_own_lane_or_in_the_one_asked_for(failed):
    failed("no page", lane=Lane.BACKFILL)
    assert retry(Chosen(everything=True)) == 1
    assert (messages("ingest.backfill"), messages("ingest")) == (1, 0)
    failed("no page")
    assert retry(Chosen(everything=True), Lane.BACKFILL) == 1
    assert (messages("ingest.backfill"), messages("ingest")) == (1, 0)  # those before were taken


def test_only_the_stage_that_is_meant_is_queued_again(failed):
    ids = failed("no page", "no page")
    with session() as db:
        db.execute(update(StageRow).where(StageRow.article_id == ids[1]).values(name=Stage.SUMMARY))
    assert retry(Chosen(everything=True, stage=Stage.SUMMARY)) == 1
    assert [reason for reason, _, _ in _groups()] == ["no page"]


def test_what_fails_again_at_once_is_not_queued_for_ever(failed, monkeypatch):
    ids = failed("no page")

    def fail_again(_rows: object, together: int) -> None:
        with session() as db:
            failing = {"state": State.FAILED, "finished_at": func.clock_timestamp()}
            db.execute(update(StageRow).where(StageRow.article_id.in_(ids)).values(failing))

    monkeypatch.setattr("tasks.failures.publish", fail_again)
    assert retry(Chosen(everything=True)) == 1


def test_a_dropped_article_is_gone_with_all_that_was_made_of_it_and_entities_stay(put, stage):
    kept, gone = put(), put("Dockers Walk Out Again in Hamburg")
    with session() as db:
        values = {"state": State.FAILED, "reason": "no page", "finished_at": func.now()}
        db.execute(update(StageRow).where(StageRow.article_id == gone, StageRow.name == "summary").values(values))
        entities = db.scalar(select(func.count()).select_from(Entity))
    assert drop(Chosen(everything=True)) == 1
    assert _ids() == [kept]
    with session() as db:
        for table in Base.metadata.sorted_tables:
            for name in {"article_id", "neighbour_id"} & set(table.c.keys()):
                assert gone not in db.scalars(select(table.c[name])), table.name
        assert db.scalar(select(func.count()).select_from(Entity)) == entities > 0


def test_a_dropped_article_is_accepted_anew_when_it_comes_again(failed):
    document = Document("text", "They left at noon.", title="Dockers")
    first = receive([document])[0].article_id
    with session() as db:
        values = {"state": State.FAILED, "reason": "no page", "finished_at": func.now()}
        db.execute(update(StageRow).where(StageRow.article_id == first).values(values))
    assert drop(Chosen(articles=[first])) == 1
    again = receive([document])[0]
    assert again.queued
    assert again.article_id != first


def test_a_story_of_which_an_article_is_dropped_counts_and_names_the_others_only(desk):
    articles = [add(f"k{n}", event_text(0, n), title=f"Title {n}") for n in range(3)]
    link_all(articles)
    with session() as db:
        title = db.scalars(select(Story.title)).one()
    gone = articles[int(title[-1])].article_id
    _fail(gone)
    assert drop(Chosen(articles=[gone])) == 1
    assert {len(keys) for keys in told()} == {2}  # which compares with the size that is stored
    with session() as db:
        assert db.scalars(select(Story.title)).one() in {f"Title {n}" for n in range(3)} - {title}


def test_a_story_without_articles_stays_for_those_who_have_its_id_and_says_nothing(desk):
    only = add("k", event_text(0, 0), title="Taken back")
    link_all([only])
    _fail(only.article_id)
    assert drop(Chosen(articles=[only.article_id])) == 1
    with session() as db:
        assert db.execute(select(Story.size, Story.title)).one() == (0, "")


def _fail(article_id: int) -> None:
    with session() as db:
        db.add(
            StageRow(article_id=article_id, name=Stage.SUMMARY, state=State.FAILED, reason="no", finished_at=func.now())
        )
