"""Feeds by the API: added, looked at, changed and removed."""

import pytest
from sites import open_feeds


@pytest.fixture
def site(setting):
    setting(fetch_private=True, host_seconds=0)
    with open_feeds() as site:
        yield site


def test_a_feed_is_added_by_its_page_and_is_there_with_its_health(client, site):
    added = client.post("/v1/feeds", json={"url": site.address, "source": "The Post", "every_seconds": 600})
    assert added.status_code == 201
    body = added.json()
    assert (body["new"], body["others"]) == (True, [f"{site.address}/other"])
    assert (body["feed"]["url"], body["feed"]["health"], body["feed"]["source"]) == (
        f"{site.address}/feed",
        "new",
        "The Post",
    )
    again = client.post("/v1/feeds", json={"url": f"{site.address}/feed"}).json()
    assert (again["new"], again["feed"]["id"]) == (False, body["feed"]["id"])
    assert client.get(f"/v1/feeds/{body['feed']['id']}").json() == body["feed"]


def test_where_no_feed_is_found_the_problem_says_what_to_do(client, site):
    site.page("/page", b"<html><body><p>Hello.</p></body></html>")
    refused = client.post("/v1/feeds", json={"url": f"{site.address}/page"})
    assert refused.status_code == 422
    assert "names no feed; look for RSS or Atom on it" in refused.json()["detail"]
    wrong = client.post("/v1/feeds", json={"url": "https://me:secret@news.example/feed"})
    assert wrong.json()["errors"][0]["field"] == "body.url"
    assert "Leave user and password out" in wrong.json()["errors"][0]["problem"]


def test_pages_of_feeds_have_each_of_them_once_and_can_be_of_one_health(client):
    ids = [
        client.post("/v1/feeds", json={"url": f"https://news.example/{n}", "look": False}).json()["feed"]["id"]
        for n in range(5)
    ]
    seen, after = [], 0
    while after is not None:
        page = client.get("/v1/feeds", params={"after": after, "limit": 2}).json()
        seen += [feed["id"] for feed in page["feeds"]]
        after = page["next"]
    assert seen == ids
    client.patch(f"/v1/feeds/{ids[2]}", json={"paused": True})
    assert [feed["id"] for feed in client.get("/v1/feeds?health=paused").json()["feeds"]] == [ids[2]]


def test_a_feed_is_changed_paused_polled_and_removed(client):
    feed = client.post("/v1/feeds", json={"url": "https://news.example/feed", "look": False}).json()["feed"]
    place = f"/v1/feeds/{feed['id']}"
    assert client.patch(place, json={"every_seconds": 900, "source": "Post"}).json()["every_seconds"] == 900
    assert client.patch(place, json={"every_seconds": 0}).json()["every_seconds"] is None
    assert client.patch(place, json={"every_seconds": 5}).status_code == 422
    assert client.patch(place, json={"paused": True}).json()["pause_reason"] == "paused by a user"
    assert "resume it first" in client.post(f"{place}/poll").json()["detail"]
    assert client.patch(place, json={"paused": False}).json()["health"] == "new"
    assert client.post(f"{place}/poll").status_code == 202
    assert client.delete(place).status_code == 204
    for method in ("get", "delete"):
        assert getattr(client, method)(place).status_code == 404
    assert client.patch(place, json={}).status_code == 404
