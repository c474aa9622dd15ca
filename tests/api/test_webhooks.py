"""Webhooks by the API: made, looked at, tested, replayed and removed; the secret is shown once."""

import pytest
from sites import open_site
from sqlalchemy import text

from models.session import session


@pytest.fixture
def site(setting):
    setting(webhook_private=True)
    with open_site() as site:
        site.page("/hook", b"")
        yield site


def _make(client, url="https://cms.example/hook", **more):
    made = client.post("/v1/webhooks", json={"url": url, **more})
    assert made.status_code == 201
    return made.json()


def _dead(webhook_id: int) -> None:
    with session() as db:
        db.execute(text("insert into articles (key) values (gen_random_uuid())"))
        db.execute(
            text(
                "insert into deliveries (webhook_id, article_id, version, event, happened_at, state, ended_at) "
                "select :id, max(id), 1, 'article.done', now(), 'dead', now() from articles"
            ),
            {"id": webhook_id},
        )


def test_the_secret_is_shown_when_a_webhook_is_made_and_never_again(client):
    made = _make(client, events=["article.done"], sources=["Post"])
    assert made["secret"].startswith("whsec_")
    assert (made["webhook"]["events"], made["webhook"]["sources"]) == (["article.done"], ["Post"])
    place = f"/v1/webhooks/{made['webhook']['id']}"
    rotated = client.post(f"{place}/secret").json()
    assert rotated["secret"] != made["secret"]
    shown = client.get(place).text + client.get("/v1/webhooks").text + client.patch(place, json={"active": False}).text
    assert "whsec_" not in shown
    assert client.get(place).json()["inactive_reason"] == "turned off by a user"


def test_what_is_wrong_with_a_webhook_is_said_by_field(client):
    wrong = client.post("/v1/webhooks", json={"url": "https://me:pw@cms.example/", "events": ["article.read"]}).json()
    assert [error["field"] for error in wrong["errors"]] == ["body.url", "body.events.0"]


def test_a_test_message_tells_what_the_receiver_said(client, site):
    good, bad = (_make(client, f"{site.address}/{path}")["webhook"]["id"] for path in ("hook", "nothing"))
    assert client.post(f"/v1/webhooks/{good}/test").json() == {"delivered": True, "status": 200, "error": None}
    assert client.post(f"/v1/webhooks/{bad}/test").json()["status"] == 404


def test_dead_deliveries_are_listed_by_pages_and_replayed_one_or_all(client):
    webhook_id = _make(client)["webhook"]["id"]
    for _ in range(3):
        _dead(webhook_id)
    place = f"/v1/webhooks/{webhook_id}"
    page = client.get(f"{place}/deliveries?state=dead&limit=2").json()
    rest = client.get(f"{place}/deliveries?state=dead&limit=2&before={page['next']}").json()
    ids = [one["id"] for one in page["deliveries"] + rest["deliveries"]]
    assert len(set(ids)) == 3
    assert rest["next"] is None
    assert client.post(f"{place}/deliveries/{ids[0]}/replay").json() == {"replayed": 1}
    assert client.post(f"{place}/deliveries/{ids[0]}/replay").status_code == 404
    assert client.post(f"{place}/replay").json() == {"replayed": 2}
    assert client.get(place).json()["waiting"] == 3


def test_a_webhook_that_is_removed_is_not_there(client):
    place = f"/v1/webhooks/{_make(client)['webhook']['id']}"
    assert client.delete(place).status_code == 204
    for method, path in (("get", ""), ("delete", ""), ("post", "/test"), ("post", "/replay"), ("post", "/secret")):
        assert getattr(client, method)(place + path).status_code == 404
    assert client.get(f"{place}/deliveries").status_code == 404
