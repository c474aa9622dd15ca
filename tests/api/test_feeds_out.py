"""Feeds out, read back with a parser of feeds."""

from datetime import UTC, datetime
from xml.etree.ElementTree import fromstring

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from marked import tell
from sqlalchemy import insert, text

from api.feed_forms import Feed, rss
from models.session import transaction
from models.summary import Summary
from tasks.feed_items import Item

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
FORMATS = ["rss", "json"]


@pytest.fixture
def stored(client):
    one = tell("{ORG Verdi} <calls> & waits.", title="Dockers <walk> & talk", source="Post", published_at=DAY)
    tell("Nothing happened.", title="Calm", source="Times", url="https://times.example/calm", published_at=DAY)
    sentences = [{"start": 0, "end": 21, "text": "Verdi <calls> & waits.", "score": 1.0}]
    with transaction() as db:
        db.execute(insert(Summary).values(article_id=one, version=1, sentences=sentences))
    return one


def test_rss_has_each_article_with_its_summary_and_links_that_work_anywhere(client, stored):
    answer = client.get("/v1/feed.rss")
    assert answer.headers["content-type"] == "application/rss+xml"
    feed = feedparser.parse(answer.content)
    assert not feed.bozo and feed.version == "rss20"
    calm, dockers = feed.entries
    assert (dockers.title, dockers.summary) == ("Dockers <walk> & talk", "Verdi &lt;calls&gt; &amp; waits.")  # as HTML
    assert dockers.link == dockers.id == f"http://localhost:8000/articles/{stored}"
    assert (calm.link, calm.author) == ("https://times.example/calm", "Times")
    assert dockers.published == "Mon, 02 Mar 2026 09:00:00 GMT"


def test_json_feed_has_the_same(client, stored):
    answer = client.get("/v1/feed.json", params={"source": "Post"})
    assert answer.headers["content-type"] == "application/feed+json"
    feed = answer.json()
    assert (feed["version"], feed["title"]) == ("https://jsonfeed.org/version/1.1", "Copydesk: Post")
    assert feed["feed_url"] == "http://localhost:8000/v1/feed.json?source=Post"
    [item] = feed["items"]
    assert item["content_text"] == "Verdi <calls> & waits."
    assert item["date_published"] == "2026-03-02T09:00:00+00:00"


@pytest.mark.parametrize("form", FORMATS)
def test_a_feed_may_be_of_a_source_a_thing_or_a_search(client, stored, form):
    def titles(**given):
        answer = client.get(f"/v1/feed.{form}", params=given)
        items = answer.json()["items"] if form == "json" else feedparser.parse(answer.content).entries
        return [item["title"] for item in items]

    [entity] = client.get("/v1/entities", params={"name": "Verdi"}).json()["entities"]
    assert titles(source="Times") == ["Calm"]
    assert titles(entity=entity["id"]) == titles(q="verdi waiting") == ["Dockers <walk> & talk"]
    assert titles(story=77) == []


@pytest.mark.parametrize("form", FORMATS)
def test_who_has_the_feed_already_gets_no_body_until_something_changes(client, stored, form):
    first = client.get(f"/v1/feed.{form}")
    tag, changed = first.headers["etag"], first.headers["last-modified"]
    for known in ({"If-None-Match": f'"other", W/{tag}'}, {"If-None-Match": "*"}, {"If-Modified-Since": changed}):
        again = client.get(f"/v1/feed.{form}", headers=known)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    with transaction() as db:
        db.execute(text("update articles set title = 'Changed', updated_at = now() + interval '2 seconds'"))
    assert client.get(f"/v1/feed.{form}", headers={"If-None-Match": tag}).status_code == 200
    assert client.get(f"/v1/feed.{form}", headers={"If-Modified-Since": changed}).status_code == 200
    assert client.get(f"/v1/feed.{form}", headers={"If-Modified-Since": "whenever"}).status_code == 200


ANY = st.text(max_size=30)


@given(title=ANY, summary=ANY, author=ANY, address=ANY)
def test_whatever_articles_say_the_xml_can_be_read(title, summary, author, address):
    item = Item(1, title, None, "", author, None, DAY, DAY, summary)
    fromstring(rss(Feed(title, "http://localhost/", f"http://localhost/{address}", DAY), [item]))
