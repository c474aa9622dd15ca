"""Articles that share a message: what is wrong with one is its own."""

import json
from base64 import b64decode
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text

from models.article import Article
from models.session import session
from models.stage import Lane, Stage, StageRow, State
from nlp.formats import Document
from tasks import pace
from tasks.claims import Claim
from tasks.errors import Skip, Unusable
from tasks.queue import TOGETHER, together
from tasks.receive import BATCH, receive
from tasks.stages import Result, Work, perform
from workers import behind
from workers.app import app

Think = Callable[[Claim], object]
Write = Callable[[Connection, Sequence[Result[object]]], None]


@pytest.fixture
def articles(desk: Path, document: Callable[..., Document]) -> list[int]:
    """Four received articles; their messages are taken."""
    ids = [r.article_id for r in receive([document(f"Strike, day {day}") for day in range(4)])]
    _purge()
    return ids


def _purge() -> None:
    with app.connection_for_write() as connection:
        connection.default_channel.queue_purge("ingest")


def _messages() -> list[list[int]]:
    with app.connection_for_read() as connection:
        raw = connection.default_channel.client.lrange("ingest", 0, -1)
    return [json.loads(b64decode(json.loads(message)["body"]))[0] for message in reversed(raw)]


def _states() -> dict[int, tuple[str, int]]:
    with session() as db:
        rows = db.execute(select(StageRow.article_id, StageRow.state, StageRow.attempts))
        return {i: (state, attempts) for i, state, attempts in rows}


def _work(think: Think = lambda _: None, write: Write = lambda _db, _results: None) -> Work[None, object]:
    return Work(Stage.INGEST, lambda ids: dict.fromkeys(ids, None), lambda claim, _: ("test", think(claim)), write)


@pytest.mark.parametrize(
    ("error", "end"),
    [
        (Skip("no"), (State.SKIPPED, 1)),
        (Unusable("no"), (State.FAILED, 1)),
        (KeyError("bug"), (State.QUEUED, 1)),
    ],
)
def test_what_is_wrong_with_one_article_does_not_touch_the_others(
    articles: list[int], error: Exception, end: tuple[str, int]
) -> None:
    def think(claim: Claim) -> None:
        if claim.article_id == articles[1]:
            raise error

    perform(articles, _work(think))
    assert _states() == {i: end if i == articles[1] else (State.DONE, 1) for i in articles}


def test_one_that_cannot_be_written_fails_alone_and_leaves_nothing_behind(articles: list[int]) -> None:
    def write(db: Connection, results: Sequence[Result[object]]) -> None:
        for result in results:
            title = "t\0" if result.claim.article_id == articles[2] else "written"  # PostgreSQL takes no NUL
            db.execute(
                text("update articles set title = :title where id = :id"),
                {"title": title, "id": result.claim.article_id},
            )

    perform(articles, _work(write=write))
    assert _states() == {i: (State.QUEUED, 1) if i == articles[2] else (State.DONE, 1) for i in articles}
    with session() as db:
        titles = dict(map(tuple, db.execute(select(Article.id, Article.title))))
    assert {i for i, title in titles.items() if title == "written"} == set(articles) - {articles[2]}


def test_what_was_tried_before_is_tried_again_alone(articles: list[int]) -> None:
    """A worker died over them: one may have been the reason, and must not take the others along again."""
    with pytest.raises(KeyboardInterrupt):  # like a kill: nothing is recorded after the claim
        perform(articles, _work(lambda _: (_ for _ in ()).throw(KeyboardInterrupt())))
    perform(articles, _work(lambda _: pytest.fail("they were tried together again")))
    assert sorted(_messages()) == [[i] for i in sorted(articles)]
    for article_id in articles:
        perform([article_id], _work())
    assert _states() == dict.fromkeys(articles, (State.DONE, 2))


def test_when_time_runs_out_over_one_article_the_rest_lose_no_try_and_wait_for_nobody(articles: list[int]) -> None:
    def think(claim: Claim) -> None:
        if claim.article_id == articles[1]:
            raise SoftTimeLimitExceeded

    perform(articles, _work(think))
    done, late, *rest = articles
    assert _states() == {done: (State.DONE, 1), late: (State.QUEUED, 1), **dict.fromkeys(rest, (State.QUEUED, 0))}
    assert [i for i in _messages() if i != [late]] == [[i] for i in rest]


def test_a_message_that_takes_long_gives_the_rest_back(articles: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "TOGETHER_SECONDS", -1.0)
    perform(articles, _work())
    first, *rest = articles
    assert _states() == {first: (State.DONE, 1), **dict.fromkeys(rest, (State.QUEUED, 0))}
    assert _messages() == [[i] for i in rest]


def test_half_of_the_rest_goes_back_when_no_message_waits(articles: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Another worker may have nothing to do. What it is given is in the queue then, and more stays here."""
    monkeypatch.setattr(pace, "SHARE_SECONDS", -1.0)
    perform(articles, _work())
    done, rest = articles[:3], articles[3:]
    assert _states() == {**dict.fromkeys(done, (State.DONE, 1)), **dict.fromkeys(rest, (State.QUEUED, 0))}
    assert _messages() == [rest]
    perform(rest, _work())
    assert _states() == dict.fromkeys(articles, (State.DONE, 1))


def test_all_stay_while_a_message_waits_for_whoever_has_nothing_to_do(
    articles: list[int], document: Callable[..., Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "SHARE_SECONDS", -1.0)
    receive([document("Waiting")])
    perform(articles, _work())
    assert {i: state for i, state in _states().items() if i in articles} == dict.fromkeys(articles, (State.DONE, 1))


@pytest.mark.parametrize("lane", [Lane.BACKFILL, Lane.LIVE])
def test_a_backfill_lets_a_live_article_pass_after_each_of_its_own_and_a_live_message_does_not(
    desk: Path, document: Callable[..., Document], lane: Lane
) -> None:
    ids = [r.article_id for r in receive([document(f"Strike, day {day}") for day in range(4)], lane)]

    def think(claim: Claim) -> None:
        if claim.article_id == ids[1]:
            receive([document("Live")])

    with app.connection_for_write() as connection:
        for queue in ("ingest", "ingest.backfill"):
            connection.default_channel.queue_purge(queue)
    perform(ids, _work(think))
    states = {i: state for i, state in _states().items() if i in ids}
    done, waiting = (State.DONE, 1), (State.QUEUED, 0)
    assert states == dict(zip(ids, [done, done, *[waiting if lane is Lane.BACKFILL else done] * 2], strict=True))
    with app.connection_for_read() as connection:
        raw = connection.default_channel.client.lrange("ingest.backfill", 0, -1)
    rest = [json.loads(b64decode(json.loads(message)["body"]))[0] for message in raw]
    assert rest == ([ids[2:]] if lane is Lane.BACKFILL else [])  # in one message again: nothing is wrong with them


def test_a_worker_of_the_backfill_alone_lets_nobody_pass(
    desk: Path, document: Callable[..., Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [r.article_id for r in receive([document(f"Strike, day {day}") for day in range(3)], Lane.BACKFILL)]
    receive([document("Live")])
    monkeypatch.setattr(behind, "_behind", True)
    perform(ids, _work())
    assert {i: state for i, state in _states().items() if i in ids} == dict.fromkeys(ids, (State.DONE, 1))


def test_of_articles_that_are_named_twice_or_gone_each_is_done_once(articles: list[int]) -> None:
    thought: list[int] = []
    perform([*articles, *articles, 10**9], _work(lambda claim: thought.append(claim.article_id)))
    assert thought == articles


def test_each_article_keeps_its_lane_though_they_share_a_message(
    articles: list[int], document: Callable[..., Document]
) -> None:
    [late] = receive([document("An old strike")], Lane.BACKFILL)
    perform([*articles, late.article_id], Work(**vars(_work()) | {"then": (Stage.SUMMARY,)}))
    with session() as db:
        wanted = select(StageRow.article_id, StageRow.lane).where(StageRow.name == Stage.SUMMARY)
        lanes = dict(map(tuple, db.execute(wanted)))
    assert lanes == {**dict.fromkeys(articles, Lane.LIVE), late.article_id: Lane.BACKFILL}


@given(st.integers(0, 10_000))
def test_few_articles_are_shared_out_and_no_message_is_larger_than_it_may(count: int) -> None:
    assert 1 <= together(count) <= TOGETHER
    assert count < 100 or count / together(count) >= 12  # messages enough for several workers


def test_what_a_door_writes_at_once_fills_its_messages() -> None:
    assert together(BATCH) == TOGETHER


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bad=st.sets(st.integers(0, 3)), unwritable=st.sets(st.integers(0, 3)))
def test_whatever_fails_all_others_are_done(
    desk: Path, document: Callable[..., Document], bad: set[int], unwritable: set[int]
) -> None:
    ids = [r.article_id for r in receive([document(f"Strike, day {day}") for day in range(4)], redo=True)]

    def think(claim: Claim) -> None:
        if ids.index(claim.article_id) in bad:
            raise ValueError

    def write(_: Connection, results: Sequence[Result[object]]) -> None:
        if any(ids.index(result.claim.article_id) in unwritable for result in results):
            raise RuntimeError

    perform(ids, _work(think, write))
    states = _states()
    assert {place for place, i in enumerate(ids) if states[i][0] != State.DONE} == bad | unwritable
