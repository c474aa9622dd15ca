"""What the health page says, and that it says so soon, also when nobody answers; and what the doors do then."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

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
