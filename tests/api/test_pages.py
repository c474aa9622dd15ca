"""The pages without a browser: what they answer, what they escape, and what browsers may do with them."""

import re
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from linking import add, event_text, link_all
from marked import tell
from sqlalchemy import insert, update

from api.app import create_app
from api.security_headers import POLICY
from models.article import Article, Declared
from models.feed import Feed
from models.session import session, transaction
from models.stage import Stage, StageRow, State
from models.story import Story
from models.summary import Summary
from nlp.formats import Document
from tasks.receive import receive

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
HOSTILE = "<script>alert(1)</script>"


def _get(client, path, status=200):
    response = client.get(path, headers=BROWSER, follow_redirects=False)
    assert response.status_code == status, response.text
    return response


def _text(response):
    """What is read on the page: without tags, in one line."""
    body = response.text.partition("<main")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", body))


def _article(text="Alpha met Beta. Gamma did not.", **facts):
    with transaction() as db:
        row = {"key": f"key {facts.get('title')}", "text": text, **facts}
        return db.scalar(insert(Article).values(row).returning(Article.id))


def _summary(article_id, **facts):
    sentence = {"start": 0, "end": 15, "text": "Alpha met Beta.", "score": 0.5}
    with session() as db:
        db.add(Summary(article_id=article_id, **{"version": 1, "sentences": [sentence], **facts}))


def _stage(article_id, name, state, reason=None):
    with session() as db:
        db.add(StageRow(article_id=article_id, name=name, state=state, reason=reason, version=1))


@pytest.mark.parametrize("path", ["/", "/stories", "/articles", "/search", "/desk"])
def test_an_empty_desk_has_pages_too(client, path):
    response = _get(client, path)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert client.head(path).status_code == 200


def test_pages_run_nothing_but_our_own_and_may_be_framed_by_nobody(client):
    headers = _get(client, "/").headers
    assert headers["content-security-policy"] == POLICY
    assert "default-src 'none'" in POLICY
    assert "frame-ancestors 'none'" in POLICY
    assert "unsafe" not in POLICY
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "same-origin")
    assert headers["cache-control"] == "private, no-cache"
    assert "set-cookie" not in headers


@pytest.mark.parametrize("path", ["/", "/articles/1", "/desk"])
def test_pages_have_no_script_or_style_of_their_own(client, path):
    _article(title="One")
    page = _get(client, path).text
    assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son[a-z]+=", page)


def test_static_files_stay_for_good_under_the_mark_of_their_content_and_no_longer(client):
    address = re.search(r'href="(/static/room\.css\?v=[0-9a-f]+)"', client.get("/").text)[1]
    style = client.get(address)
    assert style.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert client.get("/static/room.css?v=old").headers["cache-control"] == "no-cache"
    again = client.get(address, headers={"If-None-Match": style.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["nothing.css", "../app.py", "%2e%2e%2fapp.py", "..%5capp.py", ".", "room.css%00"])
def test_nothing_else_is_served_as_a_static_file(client, name):
    assert client.get(f"/static/{name}").status_code == 404


def test_browsers_get_problems_as_pages_and_programs_as_json(client):
    assert "There is no article 7" in _text(_get(client, "/articles/7", 404))
    assert client.get("/articles/7").headers["content-type"] == "application/problem+json"
    assert client.get("/v1/articles/7", headers=BROWSER).headers["content-type"] == "application/problem+json"
    assert "since" in _text(_get(client, "/articles?since=yesterday", 422))
    assert "Not Found" in _text(_get(client, "/nowhere", 404))


def test_a_bug_is_told_on_a_page_and_without_its_details(client, monkeypatch):
    monkeypatch.setattr("api.pages.front.latest_stories", lambda db: 1 / 0)
    response = _get(client, "/", 500)
    assert "The log of the API says what" in _text(response)
    assert "division" not in response.text
    assert response.headers["content-security-policy"] == POLICY


def test_a_browser_without_a_key_is_asked_for_a_password(desk, setting):
    setting(api_token="quite-a-long-random-word")
    client = TestClient(create_app(), base_url="http://localhost:8000")
    refused = _get(client, "/", 401)
    assert any(challenge.startswith("Basic ") for challenge in refused.headers.get_list("www-authenticate"))
    assert "copydesk key create" in _text(refused)
    assert client.get("/static/room.css").status_code == 200
    assert client.get("/", auth=("anna", "quite-a-long-random-word")).status_code == 200


def test_without_the_database_a_browser_reads_so(served):
    client = served(DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:9/none")
    page = _get(client, "/", 503)
    assert "The database is away" in _text(page)
    assert "does not answer" in _text(_get(client, "/desk"))


def test_what_others_wrote_is_text_wherever_it_stands(client):
    facts = dict.fromkeys(("title", "source", "author", "attribution"), HOSTILE)
    one = _article(f"{HOSTILE} met Beta.", url="javascript:alert(1)", **facts)
    _summary(one, reason=HOSTILE)
    _stage(one, Stage.INGEST, State.FAILED, HOSTILE)
    with session() as db:
        db.add(Declared(article_id=one, kind="next", title=HOSTILE, title_key="k", url="http://[half"))
    for path in (f"/articles/{one}?summary=1", "/", "/articles", "/desk", f"/search?q={HOSTILE}", "/entities?name=<b>"):
        page = client.get(path, headers=BROWSER).text
        assert "<script>" not in page
        assert 'href="javascript:' not in page
    assert "&lt;script&gt;" in client.get(f"/articles/{one}").text


def test_links_to_other_sites_tell_them_nothing(client):
    one = _article(title="One", url="https://news.example/one")
    assert '<a rel="noopener noreferrer" href="https://news.example/one">' in _get(client, f"/articles/{one}").text


def test_places_are_counted_in_code_points(client):
    one = _article("🚀🚀 Alpha met Beta. Gamma did not.", title="One")
    _summary(one, sentences=[{"start": 3, "end": 18, "text": "Alpha met Beta.", "score": 1}])
    assert '<mark class="said">Alpha met Beta.</mark>' in _get(client, f"/articles/{one}").text


def test_a_summary_in_a_writers_words_says_so_and_leads_to_its_support(client):
    one = _article(title="One")
    _summary(one, kind="abstractive", sentences=[{"start": 0, "end": 15, "text": "They met.", "score": 0.5}])
    page = _get(client, f"/articles/{one}?summary=1")
    assert "In the words of the desk's writer" in _text(page).replace("&#39;", "'")
    assert "50% of its words are there" in _text(page)
    assert '<details class="brief" id="summary" open>' in page.text
    assert '<mark class="said">Alpha met Beta.</mark>' in page.text


def test_a_summary_of_an_older_text_marks_nothing(client):
    one = _article(title="One", version=2)
    _summary(one)
    page = _get(client, f"/articles/{one}")
    assert "earlier version" in _text(page)
    assert "<mark" not in page.text


@pytest.mark.parametrize(
    ("state", "reason", "said"),
    [
        (State.FAILED, "the page is gone", "Read: failed. the page is gone"),
        (State.SKIPPED, "not in English", "Read: skipped. not in English"),
        (State.QUEUED, None, "The desk has not read this article yet."),
    ],
)
def test_an_article_that_is_not_done_says_why(client, state, reason, said):
    one = _article(None, title="One")
    _stage(one, Stage.INGEST, state, reason)
    assert said in _text(_get(client, f"/articles/{one}"))


def test_the_page_says_which_engine_made_what(client):
    one = _article(title="One")
    with session() as db:
        db.add(StageRow(article_id=one, name="summary", state="done", lineage="words@rules+12ab", version=1))
    assert "words@rules+12ab" in _text(_get(client, f"/articles/{one}"))


def test_the_old_id_of_a_story_leads_to_the_new_one(client):
    link_all([add(f"story {n}", event_text(0, n), source="Post", title=f"Fire {n}") for n in range(3)])
    now = datetime.now(UTC)
    with session() as db:
        story_id = db.query(Story.id).filter(Story.size == 3).scalar()
        old = Story(size=0, first_seen=now, last_seen=now, merged_into=story_id)
        db.add(old)
        db.flush()
        old_id = old.id
    assert _get(client, f"/stories/{old_id}", 308).headers["location"] == f"/stories/{story_id}"
    page = _get(client, f"/stories/{story_id}")
    assert "Story · 3 articles · 1 source" in _text(page)
    assert "Fire 2" in _text(page)
    assert "3 articles" in _text(_get(client, "/"))


def test_a_name_leads_to_its_thing_and_an_alias_to_the_whole(client):
    tell("The {ORG World Food Programme} ({ORG WFP}) met.")
    root = client.get("/v1/entities", params={"name": "WFP"}).json()["entities"][0]["id"]
    alias = client.get(f"/v1/entities/{root}").json()["aliases"][0]["id"]
    assert _get(client, "/entities?name=WFP", 303).headers["location"] == f"/entities/{root}"
    assert _get(client, f"/entities/{alias}", 307).headers["location"] == f"/entities/{root}"
    page = _text(_get(client, f"/entities/{root}"))
    assert "Also WFP" in page
    assert "given in brackets behind the name, in 1 article" in page
    assert "knows nobody" in _text(_get(client, "/entities?name=Nobody", 404))


def test_a_name_of_two_things_is_a_choice(client):
    tell("{PER Paris} went to {LOC Paris}.")
    page = _text(_get(client, "/entities?name=Paris"))
    assert "More than one thing has this name" in page
    assert "place" in page
    assert "person" in page


def test_the_list_of_articles_goes_on_to_the_last_one(client):
    receive([Document("text", f"Body {n}", title=f"Title {n}", source="Post") for n in range(35)])
    first = _get(client, "/articles?source=Post").text
    older = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    assert "source=Post" in older
    second = _get(client, older).text
    titles = re.findall(r"Title \d+", first + second)
    assert sorted(set(titles)) == sorted(f"Title {n}" for n in range(35))
    assert "Older articles" not in second


def test_days_are_within_and_empty_fields_are_no_filters(client):
    with session() as db:
        _article(title="Early", published_at=datetime(2026, 3, 1, 23, 59, tzinfo=UTC))
        _article(title="Late", published_at=datetime(2026, 3, 2, 23, 59, tzinfo=UTC))
        db.execute(update(Article).values(source="Post"))
    page = _text(_get(client, "/articles?since=2026-03-02&until=2026-03-02&source=&state=&language="))
    assert "Late" in page
    assert "Early" not in page


def test_a_failure_is_on_the_desk_page_with_its_article(client):
    one = _article(None, title="One")
    with session() as db:
        ended = datetime.now(UTC)
        db.add(StageRow(article_id=one, name="ingest", state="failed", reason="out of paper", finished_at=ended))
    page = _get(client, "/desk")
    assert "out of paper" in _text(page)
    assert f'href="/articles/{one}"' in page.text
    assert "none of the kind" in _text(page)


def test_a_feed_that_cannot_be_read_is_on_the_desk_page(client):
    with session() as db:
        facts = {"key": "k", "url": "https://news.example/feed", "title": "News", "pace_seconds": 900}
        db.add(Feed(failures=3, last_error="the site answers 503", **facts))
    assert "News the site answers 503 3 readings failed since it was added" in _text(_get(client, "/desk"))


def test_the_pages_are_not_part_of_the_api(client):
    paths = client.get("/openapi.json").json()["paths"]
    assert not {"/", "/articles", "/articles/{article_id}", "/search", "/desk", "/static/{name}"} & set(paths)


@pytest.mark.parametrize("path", ["/", "/articles?source=A+%26+B", "/search?q=strike+%26+talks", "/entities/1"])
def test_each_list_names_the_feed_of_it(client, path):
    tell("{ORG WFP} met.", source="A & B")
    feeds = re.findall(r'rel="alternate" type="[^"]+" title="[^"]+" href="([^"]+)"', _get(client, path).text)
    assert len(feeds) == 2
    assert [client.get(feed.replace("&amp;", "&")).status_code for feed in feeds] == [200, 200]
    assert ("?" in feeds[0]) == (path != "/")
