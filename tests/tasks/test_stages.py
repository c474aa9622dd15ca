"""How a stage goes from queued to its end."""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.exc import OperationalError

from models.article import Article
from models.session import session
from models.stage import Lane, Stage, StageRow, State
from nlp.formats import Document
from tasks.claims import Claim
from tasks.errors import Skip, Unreachable, Unusable
from tasks.ingest import ingest
from tasks.queue import enqueue, messages
from tasks.receive import receive
from tasks.stages import Result, Work, perform
from workers.batching import Overdue


def work(
    think: Callable[[Claim], object] = lambda _: None,
    write: Callable[[Connection, Sequence[Result[object]]], None] = lambda _db, _results: None,
    then: tuple[Stage, ...] = (),
) -> Work[object, object]:
    """An ingest that reads nothing, and thinks and writes as told."""
    return Work(
        Stage.INGEST, lambda ids: dict.fromkeys(ids, None), lambda claim, _: ("test", think(claim)), write, then=then
    )


@pytest.fixture
def article(desk: Path, document: Callable[..., Document]) -> int:
    """A received article, its ingest queued."""
    return receive([document()])[0].article_id


def _raise(error: Exception, _: Claim) -> None:
    raise error


def test_a_stage_done_is_not_done_again_when_its_message_comes_twice(article: int) -> None:
    tries: list[Claim] = []
    for _ in range(2):
        perform([article], work(tries.append))
    assert len(tries) == 1


def test_the_result_and_the_end_of_the_stage_are_one_transaction(article: int, stage: Callable[..., StageRow]) -> None:
    def half(db: Connection, _: object) -> None:
        db.execute(update(Article).values(title="half written"))
        raise RuntimeError("the power went")

    perform([article], work(write=half))
    with session() as db:
        assert db.scalars(select(Article.title)).one() != "half written"
    assert stage(article, Stage.INGEST).state == State.QUEUED


def test_a_result_for_an_older_version_of_the_article_is_not_written(article: int) -> None:
    def overtaken(_: Claim) -> None:
        with session() as db:
            db.execute(update(Article).values(version=2))

    written: list[object] = []
    perform([article], work(overtaken, lambda _db, results: written.extend(results)))
    assert written == []


def test_a_skip_ends_the_stage_with_its_reason_and_queues_nothing(article: int, stage: Callable[..., StageRow]) -> None:
    perform([article], work(partial(_raise, Skip("too little text"))))
    row = stage(article, Stage.INGEST)
    assert (row.state, row.reason) == (State.SKIPPED, "too little text")
    assert messages("nlp") == 0


def test_unusable_input_fails_at_once(article: int, stage: Callable[..., StageRow]) -> None:
    perform([article], work(partial(_raise, Unusable("no article there"))))
    row = stage(article, Stage.INGEST)
    assert (row.state, row.attempts, row.reason) == (State.FAILED, 1, "no article there")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (KeyError("bug"), "KeyError: 'bug'"),
        (SoftTimeLimitExceeded(), "took longer than 120 s"),
        (Overdue("0 of 1 answers"), "took longer than 120 s"),
    ],
)
def test_an_error_is_tried_again_and_failed_with_its_reason_after_the_last_attempt(
    article: int, stage: Callable[..., StageRow], setting: Callable[..., None], error: Exception, reason: str
) -> None:
    setting(attempts=3)
    for attempt in (1, 2, 3):
        perform([article], work(partial(_raise, error)))
        row = stage(article, Stage.INGEST)
        assert (row.attempts, row.reason) == (attempt, f"attempt {attempt}: {reason}")
        assert row.state == (State.FAILED if attempt == 3 else State.QUEUED)


def test_a_stage_whose_worker_died_in_each_attempt_is_failed(
    article: int, stage: Callable[..., StageRow], setting: Callable[..., None]
) -> None:
    setting(attempts=2)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):  # like a kill: nothing is recorded after the claim
            perform([article], work(partial(_raise, KeyboardInterrupt())))  # type: ignore[arg-type]
    perform([article], work(lambda _: pytest.fail("a poisonous article was tried a third time")))
    row = stage(article, Stage.INGEST)
    assert (row.state, row.reason) == (State.FAILED, "the worker process died in each of 2 attempts")


class _Refusal(Exception):
    """What a driver raises."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("no space left" if sqlstate == "53100" else "refused")
        self.sqlstate = sqlstate


@pytest.mark.parametrize("sqlstate", [None, "08006", "53100", "57P01"])
def test_a_database_that_is_away_or_full_costs_no_attempt(
    article: int, stage: Callable[..., StageRow], sqlstate: str | None
) -> None:
    for _ in range(10):
        with pytest.raises(OperationalError):
            perform([article], work(partial(_raise, OperationalError("insert", {}, _Refusal(sqlstate)))))
    assert (stage(article, Stage.INGEST).state, stage(article, Stage.INGEST).attempts) == (State.QUEUED, 0)


def test_what_the_database_refuses_is_failed_with_its_words(
    article: int, stage: Callable[..., StageRow], setting: Callable[..., None]
) -> None:
    setting(attempts=1)
    perform([article], work(partial(_raise, OperationalError("insert", {}, _Refusal("54000")))))
    row = stage(article, Stage.INGEST)
    assert (row.state, row.reason) == (State.FAILED, "attempt 1: the database refused: refused")


def test_a_site_that_is_down_is_asked_again_minutes_later(article: int, stage: Callable[..., StageRow]) -> None:
    before = datetime.now(UTC)
    perform([article], work(partial(_raise, Unreachable("the site is down"))))
    row = stage(article, Stage.INGEST)
    assert row.state == State.QUEUED
    assert row.queued_at > before + timedelta(seconds=50)  # the sweep leaves it alone until then, too


def test_an_article_deleted_meanwhile_is_let_go(article: int) -> None:
    with session() as db:
        db.execute(delete(Article))
    perform([article], work(lambda _: pytest.fail("there is nothing to work on")))


def test_what_follows_is_queued_with_the_result_and_in_its_lane(
    desk: Path, document: Callable[..., Document], stage: Callable[..., StageRow]
) -> None:
    article_id = receive([document()], Lane.BACKFILL)[0].article_id
    perform([article_id], work(then=(Stage.SUMMARY,)))
    row = stage(article_id, Stage.SUMMARY)
    assert (row.state, row.lane) == (State.QUEUED, Lane.BACKFILL)
    assert (messages("nlp.backfill"), messages("nlp")) == (1, 0)


@pytest.mark.parametrize("anew", [False, True], ids=["redelivered", "queued anew"])
def test_while_a_later_try_runs_an_earlier_one_cannot_write(article: int, anew: bool) -> None:
    """As when a message comes again while its first worker, thought dead, still thinks; or someone asks to redo it."""
    written: list[object] = []
    later_runs, earlier_ended = threading.Event(), threading.Event()

    def earlier(_: Claim) -> str:
        if anew:
            with session() as db:
                enqueue(db, [article], [Stage.INGEST], Lane.LIVE)
        later.start()
        assert later_runs.wait(10)
        return "earlier"

    def later_work(_: Claim) -> str:
        later_runs.set()
        assert earlier_ended.wait(10)
        return "later"

    def write(_: Connection, results: Sequence[Result[object]]) -> None:
        written.extend(result.made for result in results)

    later = threading.Thread(target=perform, args=([article], work(later_work, write)))
    perform([article], work(earlier, write))
    earlier_ended.set()
    later.join()
    assert written == ["later"]


def test_a_second_try_of_an_ingest_whose_first_was_lost_makes_no_second_version(article: int) -> None:
    """As when its worker was killed before it could write."""
    with pytest.raises(KeyboardInterrupt):
        perform([article], work(partial(_raise, KeyboardInterrupt())))  # type: ignore[arg-type]
    ingest(article)
    with session() as db:
        assert db.scalars(select(Article.version)).one() == 1
        assert db.scalars(select(StageRow.version).where(StageRow.name == Stage.INGEST)).one() == 1
