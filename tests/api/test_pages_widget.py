"""What the widget gets, and who may ask from a page of another site."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert

from api.app import create_app
from config.settings import SettingsError, settings
from models.article import Article
from models.session import session, transaction
from models.summary import Summary

SITE = "https://news.example"


@pytest.fixture
def opened(desk, setting):
    """A client of a desk whose widget one site may show."""
    setting(widget_origins=f"{SITE} https://www.news.example:8443")
    return TestClient(create_app(), base_url="http://localhost:8000")


@pytest.fixture
def three(desk):
    """Three articles of one source, the middle one summarized; the last one has no address."""
    with transaction() as db:
        for n, url in ((1, f"{SITE}/1"), (2, f"{SITE}/2"), (3, None)):
            row = {"key": f"{n}", "title": f"Title {n}", "text": "It is.", "source": "News", "url": url, "url_key": url}
            row["published_at"] = f"2026-03-0{n}T09:00:00Z"
            db.execute(insert(Article).values(row))
    with session() as db:
        sentence = {"start": 0, "end": 6, "text": "It is.", "score": 1}
        db.add(Summary(article_id=2, version=1, kind="extractive", sentences=[sentence]))


def test_an_article_is_found_by_its_address_however_written_or_by_id(opened, three):
    found = opened.get("/v1/widget", params={"url": "https://News.example/2/?utm_source=x#top"}).json()
    assert found == opened.get("/v1/widget", params={"id": 2}).json()
    assert found["summary"] == {"kind": "extractive", "sentences": ["It is."]}
    assert found["previous"]["url"] == f"{SITE}/1"


def test_what_has_no_address_of_its_own_is_not_linked(opened, three):
    assert opened.get("/v1/widget", params={"id": 2}).json()["next"] is None


@pytest.mark.parametrize("asked", ["", "?id=1&url=https://news.example/1", "?id=0", "?url=a%00"])
def test_it_takes_one_address_or_one_id(opened, asked):
    assert opened.get(f"/v1/widget{asked}").status_code == 422


@pytest.mark.parametrize("status", [200, 404])
def test_pages_of_chosen_sites_may_read_it_errors_too(opened, three, status):
    answer = opened.get(f"/v1/widget?id={2 if status == 200 else 99}", headers={"Origin": SITE})
    assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] == SITE
    assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize(
    "origin", ["https://elsewhere.example", "http://news.example", "https://news.example.evil.example", "null", ""]
)
def test_pages_of_other_sites_may_not(opened, three, origin):
    answer = opened.get("/v1/widget?id=2", headers={"Origin": origin})
    assert "access-control-allow-origin" not in answer.headers


def test_unless_sites_are_chosen_none_may(client, three):
    assert "access-control-allow-origin" not in client.get("/v1/widget?id=2", headers={"Origin": SITE}).headers


def test_nothing_else_may_be_read_by_pages_of_other_sites(opened, three):
    assert "access-control-allow-origin" not in opened.get("/v1/articles/2", headers={"Origin": SITE}).headers


def test_with_a_key_for_all_else_the_widget_needs_none_once_sites_are_chosen(desk, three, setting):
    setting(api_token="quite-a-long-random-word")
    closed = TestClient(create_app(), base_url="http://localhost:8000")
    assert closed.get("/v1/widget?id=2").status_code == 401
    assert closed.get("/widget.js").status_code == 200
    setting(widget_origins=SITE)
    opened = TestClient(create_app(), base_url="http://localhost:8000")
    assert opened.get("/v1/widget?id=2").status_code == 200
    assert opened.get("/v1/articles/2").status_code == 401


def test_answers_are_kept_for_a_minute_and_the_script_for_an_hour(opened, three):
    assert opened.get("/v1/widget?id=2").headers["cache-control"] == "public, max-age=60"
    script = opened.get("/widget.js")
    assert script.headers["cache-control"] == "public, max-age=3600"
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    assert opened.get("/widget.js", headers={"If-None-Match": script.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("value", ["*", "news.example", "https://news.example/", "https://a.example,https://b.example"])
def test_what_is_no_origin_is_refused_with_the_way_to_write_it(setting, value):
    setting(widget_origins=value)
    with pytest.raises(SettingsError, match=r"COPYDESK_WIDGET_ORIGINS.*such as https://news.example"):
        settings()
