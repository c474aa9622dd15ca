"""Keys at the door: who may do what, from when until when, and that nobody reads one anywhere."""

import logging

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, select, text, update

from api.app import create_app
from api.guard import needed
from config.settings import SettingsError
from models.key import ApiKey, Scope
from models.session import engine, session, transaction
from tasks.keys import create, revoke

AWAY = "postgresql://copydesk@127.0.0.1:1/copydesk"


def made(name="Wire", scope=Scope.ADMIN, days=None):
    with transaction() as db:
        return create(db, name, scope, days)


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture
def keyed(desk, setting):
    """Gives a client of a desk that is open to others, made once there is a key."""
    setting(host="0.0.0.0")

    def start(**headers):
        return TestClient(create_app(), base_url="http://desk.example", raise_server_exceptions=False, **headers)

    return start


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/v1/articles/1", "read"),
        ("HEAD", "/", "read"),
        ("OPTIONS", "/v1/articles", "read"),
        ("GET", "/nowhere", "read"),
        ("POST", "/v1/articles", "write"),
        ("DELETE", "/v1/articles/1", "write"),
        ("POST", "/v1/feeds", "write"),
        ("DELETE", "/v1/feeds/1", "write"),
        ("POST", "/v1/articlesx", "admin"),
        ("POST", "/v1/feedsx", "admin"),
        ("POST", "/v1/entities/1/merges/1/undo", "admin"),
        ("DELETE", "/v1/webhooks/1", "admin"),
        ("PATCH", "/v1/anything", "admin"),
        ("POST", "/", "admin"),
        ("WHATEVER", "/v1/stories", "admin"),
    ],
)
def test_what_a_request_takes_follows_from_its_method_and_path(method, path, scope):
    assert needed(method, path) == scope


@pytest.mark.parametrize(
    ("scope", "statuses"),
    [("read", (404, 403, 403)), ("write", (404, 202, 403)), ("admin", (404, 202, 404))],
)
def test_a_key_may_do_what_its_scope_says_and_no_more(keyed, scope, statuses):
    client = keyed(headers=bearer(made(scope=Scope(scope))))
    answers = [
        client.get("/v1/articles/1"),
        client.post("/v1/articles", json={"text": "They left at noon."}),
        client.post("/v1/entities/1/not-the-same/2"),
    ]
    assert tuple(answer.status_code for answer in answers) == statuses
    for answer in answers:
        if answer.status_code == 403:
            assert answer.headers["content-type"] == "application/problem+json"
            assert f"good for `{scope}`" in answer.json()["detail"]
            assert "--scope" in answer.json()["detail"]


def test_beyond_loopback_the_api_starts_with_a_key_and_without_a_token(keyed):
    with pytest.raises(SettingsError, match="copydesk key create"):
        keyed()
    key = made()
    client = keyed()
    assert client.get("/v1/articles/1").status_code == 401
    assert client.get("/v1/articles/1", headers=bearer(key)).status_code == 404


def test_a_revoked_or_expired_key_does_not_let_the_api_start(keyed):
    made("Old", days=1)
    made("Lost")
    with transaction() as db:
        db.execute(update(ApiKey).where(ApiKey.name == "Old").values(expires_at=text("now()")))
        revoke(db, "Lost")
    with pytest.raises(SettingsError):
        keyed()


def test_on_loopback_keys_are_asked_for_once_a_setting_says_so(client, setting):
    key = made()
    assert client.get("/v1/articles/1").status_code == 404  # open, though there is a key
    setting(require_key="true")
    closed = TestClient(create_app(), base_url="http://localhost:8000")
    assert closed.get("/v1/articles/1").status_code == 401
    assert closed.get("/v1/articles/1", headers=bearer(key)).status_code == 404
    assert closed.get("/v1/articles/1", headers={"Host": "evil.example", **bearer(key)}).status_code == 400


def test_the_token_of_the_settings_is_good_beside_keys(keyed, setting):
    setting(api_token="quite-a-long-word")
    client = keyed()
    assert client.post("/v1/entities/1/not-the-same/2", headers=bearer("quite-a-long-word")).status_code == 404
    assert client.get("/v1/articles/1", headers=bearer(made())).status_code == 404


@pytest.mark.parametrize("path", ["/static/desk.css", "/widget.js", "/health"])
def test_what_is_public_takes_no_key_to_look_at_and_one_to_change(keyed, path):
    made()
    client = keyed()
    assert client.get(path).status_code in (200, 404, 503)
    assert client.post(path).status_code == 401


@pytest.mark.parametrize("path", ["/static", "/staticx", "/widget.jsx", "/v1/widget", "/STATIC/a", "//static/a"])
def test_what_only_looks_public_takes_a_key(keyed, path):
    made()
    assert keyed().get(path).status_code == 401


def test_the_widget_takes_no_key_once_sites_may_show_it(keyed, setting):
    made()
    setting(widget_origins="https://news.example")
    client = keyed()
    assert client.get("/v1/widget", params={"url": "https://news.example/1"}).status_code == 404
    assert client.get("/v1/articles/1").status_code == 401


def test_a_revoked_key_is_refused_as_soon_as_it_is_asked_for_again(keyed, monkeypatch):
    monkeypatch.setattr("tasks.keys.TRUSTED_SECONDS", 0.0)
    client = keyed(headers=bearer(made()))
    assert client.get("/v1/articles/1").status_code == 404
    with transaction() as db:
        revoke(db, "Wire")
    assert client.get("/v1/articles/1").status_code == 401


def test_a_key_past_its_day_is_refused(keyed, monkeypatch):
    monkeypatch.setattr("tasks.keys.TRUSTED_SECONDS", 0.0)
    client = keyed(headers=bearer(made(days=30)))
    assert client.get("/v1/articles/1").status_code == 404
    with session() as db:
        db.execute(update(ApiKey).values(expires_at=text("now()")))
    assert client.get("/v1/articles/1").status_code == 401


def test_many_requests_with_a_key_ask_the_database_once_whose_it_is(keyed):
    client = keyed(headers=bearer(made()))
    asked = []
    listen = (engine(), "before_cursor_execute", lambda *given: asked.append(given[2]))
    event.listen(*listen)
    try:
        for _ in range(20):
            client.get("/openapi.json")
    finally:
        event.remove(*listen)
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 1
    assert len(asked) == 2


def test_what_is_no_key_does_not_reach_the_database(keyed):
    made()
    client = keyed()
    asked = []
    listen = (engine(), "before_cursor_execute", lambda *given: asked.append(given[2]))
    event.listen(*listen)
    try:
        for key in ("cdk_", "x" * 47, "cdk_" + "ü" * 43, "cdk_" + "a" * 42, "cdk_" + "a" * 44):
            assert client.get("/v1/articles/1", headers={"Authorization": f"Bearer {key}".encode()}).status_code == 401
    finally:
        event.remove(*listen)
    assert asked == []


def test_the_time_of_last_use_is_written_once_a_minute(keyed, monkeypatch):
    monkeypatch.setattr("tasks.keys.TRUSTED_SECONDS", 0.0)
    client = keyed(headers=bearer(made()))

    def used():
        client.get("/v1/articles/1")
        with session() as db:
            return db.scalar(select(ApiKey.used_at))

    first = used()
    assert first is not None
    assert used() == first
    with session() as db:
        db.execute(update(ApiKey).values(used_at=text("now() - interval '61 seconds'")))
    assert used() > first


def test_while_the_database_is_away_keys_are_answered_with_503(keyed, setting, monkeypatch):
    key = made()
    client = keyed()
    monkeypatch.setattr("tasks.keys.statements", lambda: _away())
    answer = client.get("/openapi.json", headers=bearer(key))
    assert (answer.status_code, answer.json()["title"]) == (503, "The database is away")


def _away():
    from sqlalchemy import create_engine

    return create_engine(AWAY.replace("postgresql", "postgresql+psycopg")).connect()


def test_a_key_is_stored_as_a_hash_only(desk):
    key = made()
    with session() as db:
        row = db.execute(text("select api_keys::text from api_keys")).scalar_one()
    assert key not in row
    assert key.removeprefix("cdk_") not in row
    assert len(key) == 47


def test_no_key_gets_into_a_log(keyed, caplog):
    caplog.set_level(logging.DEBUG)
    key = made()
    client = keyed()
    client.get("/v1/articles/1", headers=bearer(key))
    client.get("/v1/articles/1", headers=bearer(key + "x"))
    assert key.removeprefix("cdk_") not in caplog.text


def test_no_key_gets_into_the_log_of_the_process(desk, served):
    key = made()
    with served(COPYDESK_HOST="127.0.0.1", COPYDESK_REQUIRE_KEY="true") as client:
        assert client.get("/v1/articles/1", headers=bearer(key)).status_code == 404
        assert client.get("/v1/articles/1", headers=bearer(key[:-1] + "%")).status_code == 401
    served.started[0].terminate()
    log = served.started[0].stderr.read().decode()
    assert "GET /v1/articles/1" in log
    assert key.removeprefix("cdk_")[:20] not in log


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:8001"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://desk.example"}, 404),
        ({"Sec-Fetch-Site": "none"}, 404),
        ({"Origin": "http://localhost:8000"}, 404),
        ({}, 404),
    ],
)
def test_a_page_of_another_site_cannot_change_anything(client, headers, status):
    answer = client.post("/v1/entities/1/merges/1/undo", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert client.get("/v1/articles/1", headers=headers).status_code == 404  # a link leads here all the same
