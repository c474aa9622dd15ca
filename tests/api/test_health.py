"""What the health page says, and that it says so soon, also when nobody answers; and what the doors do then."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from models.session import session
from nlp.discovery import Found
from tasks import moving
from tasks.feeds import subscribe
from tasks.sweep import sweep
from tasks.webhooks import add

ROOT = Path(__file__).parents[2]
SOON = 10.0  # seconds: the longest wait is 5, for a database that accepts the connection and is silent


def test_without_workers_the_desk_is_not_well_and_says_who_is_missing(client):
    response = client.get("/health")
    assert response.status_code == 503
    body = response.json()
    assert body["ok"] is False
    assert body["missing_workers"] == ["ingest", "nlp"]
    assert (body["database"]["ok"], body["broker"]["ok"]) == (True, True)


def test_the_age_of_the_oldest_waiting_article_is_told(client):
    assert client.get("/health").json()["database"]["oldest_pending_seconds"] is None
    client.post("/v1/articles", json={"text": "a"})
    assert 0 <= client.get("/health").json()["database"]["oldest_pending_seconds"] < 60


@pytest.fixture
def workers_answer(monkeypatch):
    """As if one of each kind did; the database and the queue are real."""
    replies = [{"ingest@here": {"ok": "pong"}}, {"nlp@here": {"ok": "pong"}}]
    monkeypatch.setattr("tasks.health.app.control.ping", lambda **_: replies)


@pytest.mark.parametrize("needs", ["feed", "webhook"])
def test_a_net_worker_is_missed_once_there_is_a_feed_or_a_webhook(client, workers_answer, needs):
    sweep()
    assert client.get("/health").json()["missing_workers"] == []
    if needs == "feed":
        subscribe([Found("https://news.example/feed", "")])
    else:
        add("https://cms.example/hook")
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["missing_workers"]) == (503, ["net"])


def _make_old(minutes):
    with session() as db:
        db.execute(text("update stages set queued_at = now() - make_interval(mins => :m)"), {"m": minutes})


def test_an_idle_desk_is_well_and_stays_so_when_an_article_comes(client, workers_answer):
    sweep()
    assert client.get("/health").json()["ok"] is True
    client.post("/v1/articles", json={"text": "a"})
    assert client.get("/health").status_code == 200


def test_work_that_waits_while_nothing_is_finished_makes_health_fail_and_is_named(client, workers_answer):
    client.post("/v1/articles", json={"text": "a"})
    _make_old(minutes=10)
    answer = client.get("/health")
    assert answer.status_code == 503
    (said,) = answer.json()["stuck"]
    assert said.startswith("ingest: the oldest has waited 60") and said.endswith("their logs say why.")


def test_what_is_stuck_is_found_behind_a_backlog_of_the_other_kind(client, workers_answer):
    client.post("/v1/articles", json=[{"text": f"article {n}"} for n in range(3)])
    with session() as db:
        db.execute(
            text("insert into stages (article_id, name, queued_at) values (1, 'summary', now() - '8 min'::interval)")
        )
        db.execute(text("update stages set queued_at = now() - '1 day'::interval where name = 'ingest'"))
        db.execute(text("update stages set state = 'done', finished_at = now() where article_id = 2"))
    moving.app.send_task("article.summarize", (1,), queue="nlp")
    (said,) = client.get("/health").json()["stuck"]
    assert said.startswith("summary, entities, neighbours: the oldest has waited 48")


def test_a_long_backlog_that_moves_is_not_stuck(client, workers_answer):
    client.post("/v1/articles", json=[{"text": f"article {n}"} for n in range(3)])
    _make_old(minutes=600)
    with session() as db:
        db.execute(text("update stages set state = 'done', finished_at = now() where article_id = 2"))
    assert client.get("/health").json()["stuck"] == []


def test_a_stage_that_is_to_be_tried_again_later_is_not_stuck(client, workers_answer):
    client.post("/v1/articles", json={"text": "a"})
    _make_old(minutes=-10)
    assert client.get("/health").json()["stuck"] == []


def test_missing_workers_are_named_as_the_reason(client):
    client.post("/v1/articles", json={"text": "a"})
    _make_old(minutes=10)
    assert "No ingest worker answers" in client.get("/health").json()["stuck"][0]


def test_sweeps_that_stop_make_health_fail_but_not_in_a_process_that_has_just_begun(
    client, workers_answer, monkeypatch
):
    sweep()
    found = client.get("/health").json()
    assert 0 <= found["sweep"]["seconds_ago"] < 60 and found["ok"]
    monkeypatch.setattr(moving, "sweep_age", lambda: 900.0)
    monkeypatch.setattr("tasks.health.sweep_age", lambda: 900.0)
    monkeypatch.setattr(moving, "_STARTED", time.monotonic() - 1)
    assert client.get("/health").json()["ok"]
    monkeypatch.setattr(moving, "_STARTED", time.monotonic() - 900)
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["sweep"]["overdue"]) == (503, True)


def test_ready_and_live_ask_no_worker(client):
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.json()) == (
        200,
        {"ok": True, "database": {"ok": True, "oldest_pending_seconds": None}, "broker": {"ok": True}},
    )
    assert client.get("/health/live").json() == {"ok": True}


def test_a_process_that_is_live_may_not_be_ready(desk, served):
    with served(REDIS_URL="redis://127.0.0.1:1/0") as api:
        assert (api.get("/health/live").status_code, api.get("/health/ready").status_code) == (200, 503)


@pytest.mark.parametrize("kind", ["closed", "deaf"])
def test_a_database_that_is_away_is_told_soon(desk, served, kind, request):
    port = request.getfixturevalue("deaf_port") if kind == "deaf" else 1
    with served(DATABASE_URL=f"postgresql://copydesk@127.0.0.1:{port}/copydesk") as client:
        start = time.monotonic()
        health = client.get("/health")
        assert (health.status_code, health.json()["database"]["ok"]) == (503, False)
        assert "DATABASE_URL" in health.json()["database"]["problem"]
        assert health.json()["broker"]["ok"] is True
        assert time.monotonic() - start < SOON


def test_while_the_database_is_away_every_answer_says_so(desk, served):
    with served(DATABASE_URL="postgresql://copydesk@127.0.0.1:1/copydesk") as client:
        for response in (client.get("/v1/articles/1"), client.post("/v1/articles", json={"text": "a"})):
            assert (response.status_code, response.headers["content-type"]) == (503, "application/problem+json")
            assert response.json()["title"] == "The database is away"


@pytest.mark.parametrize("kind", ["closed", "deaf"])
def test_a_queue_that_is_away_is_told_soon(desk, served, kind, request):
    port = request.getfixturevalue("deaf_port") if kind == "deaf" else 1
    with served(REDIS_URL=f"redis://127.0.0.1:{port}/0") as client:
        start = time.monotonic()
        health = client.get("/health")
        assert (health.status_code, health.json()["broker"]["ok"]) == (503, False)
        assert "REDIS_URL" in health.json()["broker"]["problem"]
        assert health.json()["database"]["ok"] is True
        assert time.monotonic() - start < SOON


def test_an_article_sent_while_the_queue_is_away_is_accepted_and_waits_for_the_sweep(desk, served):
    with served(REDIS_URL="redis://127.0.0.1:1/0") as client:
        response = client.post("/v1/articles", json={"text": "a"})
        assert (response.status_code, response.json()["articles"]) == (202, [{"id": 1, "queued": True}])
        assert client.get("/v1/articles/1").json()["stages"][0]["state"] == "queued"
        assert client.post("/v1/articles", json={"text": "a"}).json()["articles"] == [{"id": 1, "queued": False}]


def test_the_api_loads_no_engine():
    heavy = {"onnxruntime", "tokenizers", "trafilatura", "transformers", "torch", "workers.engines"}
    code = f"import sys, api.app; print(sorted({heavy} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
