"""Hostile requests get a problem that says what is wrong, soon; what is odd but whole is stored as it is."""

import gzip
from pathlib import Path

import pytest
from bounded import within
from fastapi.testclient import TestClient

from models.article import Payload
from models.session import session

ARTICLES = "/v1/articles"
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[" * 100_000, 400),
        (b'{"text":' * 100_000, 400),
        (b'{"text": "x", "title": ' + b"9" * 10_000 + b"}", 400),
        (b'{"text": "\xff\xfe"}', 400),
        (b'{"text": "a\\ud800b"}', 422),
        (b'{"text": "a\\u0000b"}', 422),
        (b'{"text": "x", "published_at": "0000-01-01T00:00:00Z"}', 422),
        (b'{"text": "x", "published_at": "0001-01-01T00:00:00Z"}', 422),
        (b'{"text": "x", "published_at": "9999-12-31T23:59:59Z"}', 422),
        (b'{"text": "x", "published_at": 1e308}', 422),
        (b'{"text": " \\u2003\\n"}', 422),
        (b'{"url": "https://a.example/\\r\\nHost: b.example"}', 422),
        (b'{"url": "https://[::1"}', 422),
        (b'{"text": "' + b"x" * 17_000_000 + b'"}', 422),
        (b"[" + b'{"text": "x"},' * 1000 + b'{"text": "x"}]', 422),
    ],
    ids=lambda value: None if isinstance(value, int) else "",
)
def test_what_cannot_be_stored_is_a_problem_and_nothing_is_stored(client: TestClient, body: bytes, status: int) -> None:
    with within(20):
        answer = client.post(ARTICLES, content=body, headers=JSON)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json" and answer.json()["detail"]
    with session() as db:
        assert db.query(Payload).count() == 0


@pytest.mark.parametrize(
    "text",
    ["😀 𝔗 🏴\u200d☠️", "\u202ea\u202c שלום", "\u200bzero\u200c\u200d\ufeffwidth", "a\r\u2028\u0085b", "x" * 1_000_000],
    ids=["astral", "directions", "zero width", "line ends", "long word"],
)  # fmt: skip
def test_what_is_odd_but_whole_is_kept_to_the_letter(client: TestClient, text: str) -> None:
    answer = client.post(ARTICLES, json={"text": text})
    assert answer.status_code == 202
    with session() as db:
        assert db.get_one(Payload, answer.json()["articles"][0]["id"]).body == text


def test_of_duplicate_keys_the_last_counts(client: TestClient) -> None:
    answer = client.post(ARTICLES, content=b'{"text": "One.", "text": "Two."}', headers=JSON)
    with session() as db:
        assert db.get_one(Payload, answer.json()["articles"][0]["id"]).body == "Two."


def test_a_bomb_is_refused_before_it_is_large(client: TestClient, desk: Path) -> None:
    bomb = gzip.compress(bytes(300 << 20), 9)
    with within(10):
        answer = client.post(ARTICLES, content=bomb, headers=JSON | {"Content-Encoding": "gzip"})
    assert answer.status_code in (400, 413)
    assert client.post(ARTICLES, json={"text": "Still here."}).status_code == 202
