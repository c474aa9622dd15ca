"""Articles over HTTP: what is taken, what is refused and how, and what comes back."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from models.article import Article, Payload
from models.session import session
from models.stage import StageRow
from models.summary import Summary
from workers.app import app

URL = "https://news.example/story"


def queued() -> int:
    """Messages in the live ingest queue."""
    with app.connection_for_read() as connection:
        return int(connection.default_channel.client.llen("ingest"))


def stored() -> int:
    with session() as db:
        return db.scalar(select(func.count()).select_from(Article)) or 0


def refusal(response, status=422):
    """The body of a problem, after checking that it is one."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert (body["type"], body["status"]) == ("about:blank", status)
    assert body["title"] and body["detail"]
    assert "Traceback" not in response.text
    return body


def test_an_article_is_accepted_stored_and_queued(client):
    response = client.post("/v1/articles", json={"title": "Dockers walk out", "text": "They left at noon."})
    assert response.status_code == 202
    assert response.json() == {"articles": [{"id": 1, "queued": True}]}
    assert queued() == 1
    with session() as db:
        assert db.scalars(select(Payload.body)).all() == ["They left at noon."]
        assert db.scalars(select(StageRow.state)).all() == ["queued"]


def test_a_list_is_answered_in_its_order(client):
    sent = [{"text": f"Story {number}"} for number in range(30)]
    ids = [item["id"] for item in client.post("/v1/articles", json=sent).json()["articles"]]
    assert len(set(ids)) == 30
    with session() as db:
        bodies = {row.article_id: row.body for row in db.execute(select(Payload.article_id, Payload.body))}
    assert [bodies[article_id] for article_id in ids] == [article["text"] for article in sent]


def test_the_same_article_again_is_known_and_not_queued(client):
    first = client.post("/v1/articles", json={"url": URL, "text": "They left at noon."}).json()["articles"][0]
    again = client.post("/v1/articles", json={"url": URL, "text": "They left at noon."}).json()["articles"][0]
    assert again == {"id": first["id"], "queued": False}
    assert (stored(), queued()) == (1, 1)


def test_new_content_under_a_known_url_is_the_same_article_queued_again(client):
    first = client.post("/v1/articles", json={"url": URL, "text": "They left at noon."}).json()["articles"][0]
    again = client.post("/v1/articles", json={"url": URL + "?utm_source=x", "text": "They are back."}).json()[
        "articles"
    ][0]
    assert again == {"id": first["id"], "queued": True}
    assert stored() == 1


def test_one_article_twice_in_a_list_is_one_article_with_its_last_content(client):
    sent = [{"url": URL, "text": "They left."}, {"url": URL, "text": "They are back."}]
    items = client.post("/v1/articles", json=sent).json()["articles"]
    assert items == [{"id": 1, "queued": True}] * 2
    with session() as db:
        assert db.scalars(select(Payload.body)).all() == ["They are back."]


def test_dates_are_kept_in_utc(client):
    client.post("/v1/articles", json={"text": "a", "published_at": "2026-03-12T10:30:00+05:30"})
    with session() as db:
        assert db.scalars(select(Article.published_at)).all() == [datetime(2026, 3, 12, 5, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("article", "field", "what"),
    [
        ({"text": "a", "body": "b"}, "body.0.body", "not permitted"),
        ({"text": "a", "html": "<p>b"}, "body.0", "only one of text, html and markdown"),
        ({}, "body.0", "give text, html, markdown or url"),
        ({"title": "Only a title"}, "body.0", "give text, html, markdown or url"),
        ({"text": " \n "}, "body.0", "neither text nor URL"),
        ({"text": "a", "title": "x" * 501}, "body.0.title", "at most 500"),
        ({"text": "a", "source": "x" * 201}, "body.0.source", "at most 200"),
        ({"url": "https://a.example/" + "x" * 2000}, "body.0.url", "at most 2000"),
        ({"url": "https://a.example/" + "ü" * 1500}, "body.0.url", "longer than 2000 bytes"),
        ({"url": "ftp://a.example/story"}, "body.0.url", "must begin with http"),
        ({"url": "javascript:alert(1)"}, "body.0.url", "must begin with http"),
        ({"url": "https://"}, "body.0.url", "name a host"),
        ({"url": "https://[::1/"}, "body.0.url", "must begin with http"),
        ({"text": "a", "url": "https://a.example:99999/"}, "body.0.url", "must begin with http"),
        ({"text": "a", "published_at": "yesterday"}, "body.0.published_at", "valid datetime"),
        ({"text": "a", "published_at": "2026-03-12T10:30:00"}, "body.0.published_at", "timezone"),
        ({"text": "a", "published_at": "0001-01-01T00:00:00+14:00"}, "body.0.published_at", "between 1700 and 2200"),
        ({"text": "a", "published_at": "9999-12-31T23:59:59-12:00"}, "body.0.published_at", "between 1700 and 2200"),
        ({"text": "a", "published_at": 1773311400}, "body.0.published_at", "as text"),
        ({"text": 7}, "body.0.text", "valid string"),
        ({"text": None}, "body.0.text", "valid string"),
        ([], "body", "at least 1"),
        ([{"text": "a"}, {"txt": "b"}], "body.1.txt", "not permitted"),
        ([{"text": "a"}] * 1001, "body", "at most 1000"),
        ([[]], "body.0", "valid dictionary"),
        (7, "body.0", "valid dictionary"),
    ],
)
def test_what_cannot_be_an_article_is_refused_by_the_name_of_its_field(client, article, field, what):
    errors = refusal(client.post("/v1/articles", json=article))["errors"]
    assert [error["field"] for error in errors][:1] == [field]
    assert what in errors[0]["problem"]
    assert "Value error" not in errors[0]["problem"]
    assert stored() == 0


@pytest.mark.parametrize("odd", ["\\u0000", "\\ud800", "\\udfff\\ud800"])
@pytest.mark.parametrize("field", ["title", "text", "html", "markdown", "url", "author", "source", "language"])
def test_what_cannot_be_stored_is_refused_in_every_field(client, field, odd):
    content = f'{{"{field}": "https://a.example/{odd}"}}'
    errors = refusal(client.post("/v1/articles", content=content, headers={"Content-Type": "application/json"}))[
        "errors"
    ]
    assert f"body.0.{field}" in [error["field"] for error in errors]


def test_an_article_over_the_limit_is_refused_and_the_limit_named(client, setting):
    setting(max_body_bytes=1000)
    assert client.post("/v1/articles", json={"text": "ü" * 500}).status_code == 202
    error = refusal(client.post("/v1/articles", json=[{"text": "a"}, {"text": "ü" * 501}]))["errors"][0]
    assert error["field"] == "body.1"
    assert "COPYDESK_MAX_BODY_BYTES" in error["problem"]


@pytest.mark.parametrize(
    "content", [b"{", b'{"text": "a"', b"\xff\xfe", b'{"a":' * 100_000, b'{"a":' + b"1" * 10_000 + b"}"], ids=range(5)
)
def test_what_is_not_json_is_refused(client, content):
    response = client.post("/v1/articles", content=content, headers={"Content-Type": "application/json"})
    assert "JSON" in refusal(response, 400)["title"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_another_content_type_is_refused_with_the_right_ones(client, kind):
    response = client.post("/v1/articles", content=b'{"text": "a"}', headers={"Content-Type": kind})
    detail = refusal(response, 415)["detail"]
    assert "application/json" in detail
    assert "application/x-ndjson" in detail


def test_an_article_is_shown_with_its_stages_as_soon_as_it_is_accepted(client):
    client.post("/v1/articles", json={"title": "Dockers walk out", "text": "a", "source": "Harbour Post"})
    shown = client.get("/v1/articles/1").json()
    assert (shown["title"], shown["source"], shown["state"]) == ("Dockers walk out", "Harbour Post", "in progress")
    assert [(stage["name"], stage["state"]) for stage in shown["stages"]] == [("ingest", "queued")]
    assert (shown["summary"], shown["entities"], shown["neighbours"]) == (None, [], [])


def test_a_summary_says_of_which_kind_it_is_and_why(client):
    client.post("/v1/articles", json={"title": "Dockers walk out", "text": "a"})
    sentence = {"start": 0, "end": 5, "text": "Rain.", "score": 0.5}
    reason = "names or numbers that the article does not have: Bonn"
    with session() as db:
        db.add(Summary(article_id=1, version=1, kind="extractive", reason=reason, sentences=[sentence]))
    shown = client.get("/v1/articles/1").json()["summary"]
    assert shown == {"version": 1, "kind": "extractive", "reason": reason, "sentences": [sentence]}


@pytest.mark.parametrize("article_id", [1, 2**63 - 1])
def test_an_unknown_article_is_a_problem_that_names_it(client, article_id):
    assert str(article_id) in refusal(client.get(f"/v1/articles/{article_id}"), 404)["detail"]


@pytest.mark.parametrize("article_id", ["0", "-1", str(2**63), "1e3", "one", "%00", "1;drop"])
def test_what_cannot_be_an_id_is_refused(client, article_id):
    assert refusal(client.get(f"/v1/articles/{article_id}"))["errors"][0]["field"] == "path.article_id"


def test_an_unknown_path_and_an_unsupported_method_are_problems_too(client):
    refusal(client.get("/nowhere"), 404)
    response = client.put("/v1/articles/1")
    refusal(response, 405)
    assert set(response.headers["allow"].split(", ")) == {"GET", "DELETE"}


def test_a_bug_is_a_problem_without_a_traceback(client, monkeypatch):
    def break_down(*_):
        raise RuntimeError("secret path")

    monkeypatch.setattr("api.articles.article_view", break_down)
    assert "secret path" not in str(refusal(client.get("/v1/articles/1"), 500))
