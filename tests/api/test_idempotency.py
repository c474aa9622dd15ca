"""The header Idempotency-Key: the same request is done once, and its answer given again."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, text, update

from api.app import create_app
from models.article import Article
from models.idempotency import IdempotencyKey
from models.key import Scope
from models.session import session, transaction
from tasks import idempotency
from tasks.errors import OtherRequest, UnderWay
from tasks.idempotency import once
from tasks.keys import create

STORY = {"text": "They left at noon."}


def send(client, key, body=STORY, **params):
    return client.post("/v1/articles", json=body, headers={"Idempotency-Key": key}, params=params)


def rows():
    with session() as db:
        return db.scalar(select(func.count()).select_from(IdempotencyKey))


def age(hours=0.0, minutes=0.0):
    with session() as db:
        db.execute(update(IdempotencyKey).values(at=text(f"now() - interval '{hours * 60 + minutes} minutes'")))


def test_the_same_request_gets_the_same_answer_and_is_done_once(client):
    first, again = send(client, "a"), send(client, "a")
    assert first.json() == again.json() == {"articles": [{"id": 1, "queued": True}]}
    assert (first.status_code, again.status_code) == (202, 202)
    assert send(client, "b").json() == {"articles": [{"id": 1, "queued": False}]}


@pytest.mark.parametrize(
    ("body", "params"),
    [({"text": "They are back."}, {}), ([STORY, STORY], {}), (STORY, {"priority": "backfill"})],
)
def test_another_request_under_the_same_key_is_refused(client, body, params):
    send(client, "a")
    answer = send(client, "a", body, **params)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["errors"][0]["field"] == "header.Idempotency-Key"
    with session() as db:
        assert db.scalar(select(func.count()).select_from(Article)) == 1


def test_while_the_first_is_under_way_the_second_is_told_to_wait(client, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()

    def slowly(articles, lane):
        begun.set()
        assert go_on.wait(30)
        return []

    monkeypatch.setattr("api.articles.accept", slowly)
    with ThreadPoolExecutor(1) as other:
        first = other.submit(send, client, "a")
        assert begun.wait(30)
        answer = send(client, "a")
        go_on.set()
        assert first.result(30).status_code == 202
    assert (answer.status_code, answer.headers["retry-after"]) == (409, "2")
    assert send(client, "a").status_code == 202


def test_a_refused_request_may_be_corrected_under_its_key(client, setting):
    assert send(client, "a", {"txt": "?"}).status_code == 422
    setting(max_backlog=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tasks.backlog._waiting", lambda lane: 1)
        patch.setattr("tasks.backlog.LOOK_SECONDS", 0.0)
        assert send(client, "a").status_code == 429
        patch.setattr("tasks.backlog._waiting", lambda lane: 0)
        assert send(client, "a").status_code == 202


def test_what_fails_leaves_the_key_free(client, monkeypatch):
    def break_down(*_):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("api.articles.accept", break_down)
        assert send(client, "a").status_code == 500
    assert (rows(), send(client, "a").status_code) == (0, 202)


def test_a_key_is_its_clients_own(desk, setting):
    setting(require_key="true")
    with transaction() as db:
        keys = [create(db, name, Scope.WRITE) for name in ("Wire", "Crawl")]
    clients = [
        TestClient(create_app(), base_url="http://localhost:8000", headers={"Authorization": f"Bearer {key}"})
        for key in keys
    ]
    assert send(clients[0], "a").status_code == 202
    assert send(clients[1], "a", {"text": "Another story."}).status_code == 202
    assert send(clients[1], "a").status_code == 422


def test_after_a_day_a_key_is_free_and_old_ones_go(client):
    for key in "abc":
        send(client, key)
    age(hours=24.1)
    assert send(client, "a", {"text": "They are back."}).json()["articles"][0]["queued"]
    assert rows() == 1


def test_a_request_whose_process_died_can_be_sent_again_after_a_while(desk):
    def die():
        raise SystemExit

    def nothing(*_):
        raise AssertionError

    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(idempotency, "_finish", lambda statement: None)
        once("Wire", "a", b"a request", die)
    with pytest.raises(UnderWay):
        once("Wire", "a", b"a request", nothing)
    age(minutes=5.1)
    with pytest.raises(OtherRequest):
        once("Wire", "a", b"another", nothing)
    assert once("Wire", "a", b"a request", lambda: {"done": 1}) == {"done": 1}
    assert once("Wire", "a", b"a request", nothing) == {"done": 1}


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_that_cannot_be_one_is_refused(client, key):
    assert send(client, key).json()["errors"][0]["field"] == "header.Idempotency-Key"
