"""Who may ask, and how much."""

import asyncio
import base64

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from config.settings import SettingsError

TOKEN = "quite-a-long-random-word-ü"
JSON = {"Content-Type": "application/json"}


def basic(user_and_password):
    """As a browser sends what its user has typed."""
    return b"Basic " + base64.b64encode(user_and_password.encode())


@pytest.fixture
def guarded(desk, setting):
    """A client of a desk that has a token."""
    setting(api_token=TOKEN)
    return TestClient(create_app(), base_url="http://localhost:8000")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer quite-another-word"},
        {"Authorization": f"Basic {TOKEN}".encode()},
        {"Authorization": "Basic !"},
        {"Authorization": basic(f"{TOKEN}:")},
        {"Authorization": basic(f":{TOKEN}x")},
        {"Authorization": "Bearer cdk_" + "a" * 43},
        {"Authorization": TOKEN.encode()},
        {"Authorization": f"Bearer {TOKEN}x".encode()},
        {"Authorization": "Bearer ÿ".encode("latin-1")},
    ],
)
@pytest.mark.parametrize("path", ["/v1/articles/1", "/docs", "/openapi.json", "/nowhere", "/healthy", "/health/"])
def test_without_the_right_token_nothing_is_told(guarded, path, headers):
    response = guarded.get(path, headers=headers)
    assert (response.status_code, response.headers["content-type"]) == (401, "application/problem+json")
    assert response.headers.get_list("www-authenticate") == ["Bearer", 'Basic realm="Copydesk", charset="UTF-8"']
    assert "Authorization: Bearer" in response.json()["detail"]
    assert "copydesk key create" in response.json()["detail"]


def test_without_the_token_nothing_is_written(guarded):
    assert guarded.post("/v1/articles", json={"text": "a"}).status_code == 401


@pytest.mark.parametrize(
    "sent", [f"Bearer {TOKEN}".encode(), f"bearer {TOKEN}".encode(), basic(f":{TOKEN}"), basic(f"anna:{TOKEN}")]
)
def test_with_the_token_all_is_open(guarded, sent):
    headers = {"Authorization": sent}
    assert guarded.post("/v1/articles", json={"text": "a"}, headers=headers).status_code == 202
    assert guarded.get("/v1/articles/1", headers=headers).status_code == 200


def test_health_needs_no_token(guarded):
    assert "database" in guarded.get("/health").json()


def test_a_crooked_host_header_does_not_pass_for_the_health_page(guarded, setting):
    setting(host="0.0.0.0", api_token=TOKEN)
    open_desk = TestClient(create_app(), base_url="http://desk.example")
    for host in ("desk.example/health?", "desk.example/health#", "x@desk.example/health?"):
        assert open_desk.get("/v1/articles/1", headers={"Host": host}).status_code == 401


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "desk.example"])
@pytest.mark.parametrize("token", [None, ""])
def test_the_api_does_not_start_beyond_loopback_without_a_token(desk, setting, host, token):
    setting(host=host)
    if token is not None:
        setting(api_token=token)
    with pytest.raises(SettingsError, match="COPYDESK_API_TOKEN"):
        create_app()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.1.2.3"])
def test_the_api_starts_on_loopback_without_a_token(desk, setting, host):
    setting(host=host)
    create_app()


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1", "127.0.0.1:8000", "[::1]", "[::1]:8000"])
def test_this_machine_is_known_by_all_its_names(client, host):
    assert client.get("/v1/articles/1", headers={"Host": host}).status_code == 404


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "[::1",
        "",
        "192.168.1.7",
    ],
)
def test_a_foreign_host_name_is_refused_on_loopback(client, host):
    for method in ("GET", "POST"):
        response = client.request(method, "/v1/articles/1", headers={"Host": host})
        assert (response.status_code, response.headers["content-type"]) == (400, "application/problem+json")
        assert "COPYDESK_HOST" in response.json()["detail"]


def test_beyond_loopback_any_host_name_will_do_with_the_token(desk, setting):
    setting(host="0.0.0.0", api_token=TOKEN)
    open_desk = TestClient(create_app(), base_url="http://desk.example")
    assert open_desk.get("/v1/articles/1", headers={"Authorization": f"Bearer {TOKEN}".encode()}).status_code == 404


@pytest.fixture
def small(desk, setting):
    """A client of a desk that takes requests up to 1,000 bytes."""
    setting(max_request_bytes=1000)
    return TestClient(create_app(), base_url="http://localhost:8000")


def body(length):
    return b'{"text": "%s"}' % (b"a" * (length - 12))


def test_a_request_up_to_the_limit_is_taken(small):
    assert len(body(1000)) == 1000
    assert small.post("/v1/articles", content=body(1000), headers=JSON).status_code == 202


def test_a_request_over_the_limit_is_refused_and_the_limit_named(small):
    response = small.post("/v1/articles", content=body(1001), headers=JSON)
    assert (response.status_code, response.headers["content-type"]) == (413, "application/problem+json")
    assert "COPYDESK_MAX_REQUEST_BYTES" in response.json()["detail"]


def test_a_request_that_hides_its_length_is_refused_too(desk, served):
    chunks = (b"a" * 100 for _ in range(20))
    with served(COPYDESK_MAX_REQUEST_BYTES="1000") as client:
        assert client.post("/v1/articles", content=chunks, headers=JSON).status_code == 413


def test_no_more_of_a_request_is_read_than_the_limit(desk, setting):
    setting(max_request_bytes=1000)
    taken, sent = [], []

    async def receive():
        taken.append(b"a" * 400)
        return {"type": "http.request", "body": taken[-1], "more_body": True}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/v1/articles", "headers": [(b"host", b"localhost")]}
    asyncio.run(create_app()(scope, receive, send))
    assert (sent[0]["status"], len(taken)) == (413, 3)


def test_a_body_of_commas_and_brackets_is_refused_before_it_is_read(client):
    crowded = b"[" + b"[]," * 400_000 + b"[]]"
    response = client.post("/v1/articles", content=crowded, headers=JSON)
    assert response.status_code == 413 and "comma or bracket" in response.json()["detail"]
    text = "A sentence, and another one, of some length. " * 30_000
    assert client.post("/v1/articles", json={"text": text}).status_code == 202


def test_a_client_that_falls_silent_is_given_up(desk, monkeypatch):
    monkeypatch.setattr("api.bodies.SILENT_SECONDS", 0.05)
    sent = []

    async def receive():
        await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/v1/articles", "headers": [(b"host", b"localhost")]}
    asyncio.run(create_app()(scope, receive, send))
    assert sent[0]["status"] == 408
