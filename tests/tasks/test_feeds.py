"""Feeds in: what is asked of a site, what a reading leaves behind, and that nobody can make it long or harmful."""

import gzip
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from sites import Answer, Site, open_site
from sqlalchemy import select, text

from models.article import Article, Payload
from models.session import session, statements
from models.stage import Lane, StageRow
from nlp.discovery import Found
from tasks.errors import Unusable
from tasks.feed_finding import find_feeds
from tasks.feed_polling import MOST_TRIES, QUEUE, poll, read_feed
from tasks.feeds import Change, change, feed, feeds, make_due, remove, subscribe
from tasks.politeness import take_turn
from tasks.queue import messages
from workers.app import app

BODY = " ".join(["The dockers of Marlow walked out at noon, and eleven ships wait in the bay."] * 4)


def rss(*titles: str, body: str = BODY, title: str = "Harbour Post") -> bytes:
    """A feed with an entry for each title."""
    items = "".join(
        f"<item><title>{name}</title><link>/{name}</link><description>{body}</description></item>" for name in titles
    )
    return f"<rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>".encode()


@pytest.fixture
def site(desk, setting: Callable[..., None]) -> Iterator[Site]:
    """A site on this machine that may be asked as often as one likes, with a feed."""
    setting(fetch_private=True, host_seconds=0)
    with open_site() as site:
        site.page("/feed", rss("one", "two", body=BODY * 3))
        yield site


@pytest.fixture
def feed_id(site: Site) -> int:
    return subscribe([Found(f"{site.address}/feed", "")])[0][0]


def _read(feed_id: int) -> dict[str, Any]:
    read_feed(feed_id)
    view = feed(feed_id)
    assert view is not None
    return view


def _sql(statement: str, **given: object) -> list[Any]:
    with statements() as db:
        found = db.execute(text(statement), given)
        return list(found) if found.returns_rows else []


def _seconds_ahead(view: dict[str, Any]) -> float:
    return float((view["next_poll_at"] - datetime.now(UTC)).total_seconds())


def _asked(site: Site) -> list[Answer]:
    return [request for request in site.requests if request.path != "/robots.txt"]


def test_new_entries_become_articles_with_absolute_addresses_and_the_feed_as_their_source(site, feed_id):
    view = _read(feed_id)
    assert (view["health"], view["articles"], view["title"], view["last_status"]) == ("ok", 2, "Harbour Post", 200)
    with session() as db:
        found = db.execute(select(Article.title, Article.url, Article.source).order_by(Article.title)).all()
    assert found == [(name, f"{site.address}/{name}", "Harbour Post") for name in ("one", "two")]
    assert messages("ingest") == 2


def test_the_outlet_that_a_user_gave_goes_before_what_the_feed_says(site):
    ((feed_id, _),) = subscribe([Found(f"{site.address}/feed", "")], source="The Post")
    _read(feed_id)
    assert _sql("select distinct source from articles") == [("The Post",)]


def test_an_entry_that_is_there_already_is_not_queued_again_and_a_new_one_is(site, feed_id):
    _read(feed_id)
    site.page("/feed", rss("three", "one", "two", body=BODY * 3))
    assert _read(feed_id)["articles"] == 3
    assert messages("ingest") == 3


def test_a_teaser_is_fetched_by_its_link_unless_the_desk_has_the_article(site, feed_id):
    _read(feed_id)
    site.page("/feed", rss("one", "four", body="They left ..."))
    assert _read(feed_id)["articles"] == 3
    with session() as db:
        given = select(Article.title, Payload.body).join(Payload, Payload.article_id == Article.id)
        bodies = {row.title: row.body for row in db.execute(given)}
    assert bodies["four"] == ""
    assert bodies["one"].startswith("The dockers")


def test_a_site_is_asked_only_for_what_is_new(site, feed_id):
    site.page("/feed", rss("one"), etag='"v1"', last_modified="Mon, 02 Mar 2026 09:00:00 GMT")
    _read(feed_id)
    site.page("/feed", b"", 304)
    view = _read(feed_id)
    assert (view["health"], view["last_status"], view["articles"]) == ("ok", 304, 1)
    headers = _asked(site)[-1].headers
    assert headers["If-None-Match"] == '"v1"'
    assert headers["If-Modified-Since"] == "Mon, 02 Mar 2026 09:00:00 GMT"


def test_a_feed_is_read_more_often_while_it_has_something_new_and_less_often_while_not(site, feed_id, setting):
    setting(feed_least_seconds=300, feed_most_seconds=2000)
    assert _read(feed_id)["pace_seconds"] == 450
    paces = [_read(feed_id)["pace_seconds"] for _ in range(4)]
    assert paces == [675, 1012, 1518, 2000]
    assert 1700 < _seconds_ahead(feed(feed_id)) < 2300
    site.page("/feed", rss("three"))
    assert _read(feed_id)["pace_seconds"] == 1000
    change(feed_id, Change(every_seconds=60))
    assert 50 < _seconds_ahead(_read(feed_id)) < 70


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
def test_a_feed_that_fails_is_tried_again_after_a_while_that_grows(site, feed_id, status):
    site.page("/feed", b"", status)
    waits = []
    for _ in range(4):
        view = _read(feed_id)
        waits.append(_seconds_ahead(view))
    assert (view["health"], view["failures"], view["last_status"]) == ("failing", 4, status)
    assert f"answered with status {status}" in view["last_error"]
    assert all(60 * 2**n * 0.7 < wait < 60 * 2**n * 1.3 for n, wait in enumerate(waits))
    site.page("/feed", rss("one"))
    view = _read(feed_id)
    assert (view["health"], view["failures"], view["last_error"]) == ("ok", 0, None)


def test_a_site_says_how_long_it_wants_to_be_left_alone(site, feed_id):
    site.page("/feed", b"", 429, retry_after="3600")
    assert 2600 < _seconds_ahead(_read(feed_id)) < 4600
    site.page("/feed", b"", 503, retry_after=format_datetime(datetime.now(UTC) + timedelta(hours=5), usegmt=True))
    assert 13_000 < _seconds_ahead(_read(feed_id)) < 23_000
    site.page("/feed", b"", 503, retry_after="9" * 30)
    assert _seconds_ahead(_read(feed_id)) < 130_000


def test_a_feed_that_is_gone_is_paused_with_the_reason(site, feed_id):
    site.page("/feed", b"", 410)
    view = _read(feed_id)
    assert (view["health"], view["paused"]) == ("paused", True)
    assert "gone for good (410)" in view["pause_reason"]
    asked = len(site.requests)
    read_feed(feed_id)
    assert len(site.requests) == asked


@pytest.mark.parametrize(("status", "moves"), [(301, True), (308, True), (302, False), (307, False)])
def test_permanent_redirects_move_the_feed_and_others_do_not(site, feed_id, status, moves):
    site.page("/new", rss("one"))
    site.page("/feed", b"", status, location="/new")
    view = _read(feed_id)
    assert view["health"] == "ok"
    assert view["url"] == site.address + ("/new" if moves else "/feed")


def test_behind_a_temporary_redirect_a_permanent_one_does_not_move_the_feed(site, feed_id):
    site.page("/end", rss("one"))
    site.page("/new", b"", 301, location="/end")
    site.page("/feed", b"", 302, location="/new")
    assert _read(feed_id)["url"] == f"{site.address}/feed"


def test_a_feed_that_moved_to_where_another_is_stays_paused(site, feed_id):
    site.page("/new", rss("one"))
    site.page("/feed", b"", 301, location="/new")
    other = subscribe([Found(f"{site.address}/new", "")])[0][0]
    view = _read(feed_id)
    assert view["pause_reason"] == f"It has moved to {site.address}/new, which is feed {other}."


def test_a_redirect_to_a_private_address_is_refused(site, feed_id, setting, monkeypatch):
    from tasks.addresses import checked_address

    setting(fetch_private=False, obey_robots=False)
    site.page("/feed", b"", 302, location="http://169.254.169.254/latest/meta-data")
    public = [("127.0.0.1", site.server_port)]
    monkeypatch.setattr("tasks.http.checked_address", lambda *how: public.pop() if public else checked_address(*how))
    assert "private address 169.254.169.254" in _read(feed_id)["last_error"]


@pytest.mark.parametrize(
    ("body", "headers", "said"),
    [
        (b"<html><body><p>Hello.</p></body></html>", {}, "is a page, not a feed"),
        (b"Hello, I am plain text.", {}, "this is text, not a feed"),
        (b'{"items": [{"text": "x"}]}', {}, "no JSON Feed"),
        (b"\x89PNG\r\n", {"content_type": "image/png"}, "which is neither a page nor a feed"),
        (b"<rss><channel></", {}, "broken feed"),
        (b"", {}, "empty"),
        (gzip.compress(bytes(100_000_000)), {"content_encoding": "gzip"}, "cannot be unpacked"),
        (gzip.compress(bytes(100_000_000)), {}, "grows beyond"),
        (b"x", {"content_encoding": "br"}, "encoded as br"),
        (b"<rss>".ljust(9_000_000), {}, "larger than 8,388,608 bytes"),
    ],
    ids=["page", "text", "json", "picture", "broken", "empty", "bomb", "bomb as a file", "brotli", "large"],
)
def test_what_is_no_feed_is_refused_with_a_reason(site, feed_id, body, headers, said):
    site.page("/feed", body, **headers)
    view = _read(feed_id)
    assert view["health"] == "failing"
    assert said in view["last_error"]


def test_entries_that_cannot_be_taken_are_told_and_the_others_are_taken(site, feed_id):
    site.page("/feed", rss("one").replace(b"</channel>", b"<item><title>Bare</title></item></channel>"))
    view = _read(feed_id)
    assert (view["health"], view["articles"]) == ("ok", 1)
    assert view["last_error"].startswith("1 entries were refused: entry 2, neither text nor a link")


def test_the_past_of_a_long_feed_goes_behind_live_articles(site, feed_id):
    site.page("/feed", rss(*(f"n{n}" for n in range(130)), body=BODY * 3))
    assert _read(feed_id)["articles"] == 130
    with session() as db:
        lanes = [row.lane for row in db.scalars(select(StageRow))]
    assert (lanes.count(Lane.LIVE), lanes.count(Lane.BACKFILL)) == (100, 30)


def test_a_feed_that_kills_its_reader_is_given_up_for_a_while(site, feed_id):
    _sql("update feeds set tries = :tries", tries=MOST_TRIES)
    view = _read(feed_id)
    assert "3 readings ended before they were done" in view["last_error"]
    assert _asked(site) == []
    assert _read(feed_id)["health"] == "ok"


@pytest.mark.parametrize(
    ("error", "said"), [(SoftTimeLimitExceeded, "longer than 120 s"), (MemoryError, "more memory")]
)
def test_a_feed_that_takes_too_much_is_told_so(site, feed_id, monkeypatch, error, said):
    def parse(*_: object) -> None:
        raise error

    monkeypatch.setattr("tasks.feed_polling.read_polled", parse)
    view = _read(feed_id)
    assert said in view["last_error"]
    assert _sql("select tries from feeds") == [(0,)]


def test_a_feed_whose_host_was_just_asked_is_read_later_and_no_try_is_counted(site, feed_id, setting):
    setting(host_seconds=30)
    take_turn("127.0.0.1", 30)
    view = _read(feed_id)
    assert (view["health"], view["failures"]) == ("new", 0)
    assert _sql("select tries from feeds") == [(0,)]
    assert messages(QUEUE) == 1


def test_what_is_due_is_sent_once_and_what_is_paused_or_not_due_is_not(site, feed_id):
    more = [i for i, _ in subscribe(Found(f"{site.address}/{n}", "") for n in range(3))]
    change(more[0], Change(paused=True))
    _sql("update feeds set next_poll_at = now() + interval '1 hour' where id = :id", id=more[1])
    poll()
    poll()
    assert messages(QUEUE) == 2
    _sql("update feeds set next_poll_at = now()")  # as if their readers had died
    poll()
    assert messages(QUEUE) == 5


def test_feeds_stay_due_while_too_many_wait_to_be_read(site, feed_id, monkeypatch):
    monkeypatch.setattr("tasks.feed_polling.MOST_WAITING", 1)
    subscribe([Found(f"{site.address}/more", "")])
    poll()
    poll()
    assert messages(QUEUE) == 1


def test_the_same_feed_twice_is_one_and_stays_as_it_is(site, feed_id):
    assert subscribe([Found(f"{site.address}/feed/#top", "")], source="Other") == [(feed_id, False)]
    assert feed(feed_id)["source"] == ""


@pytest.mark.parametrize(
    "url", ["", "feed.xml", "ftp://a.example/", "http://", "http://a:b@c.example/feed", "http://[::1"]
)
def test_an_address_that_cannot_be_subscribed_to_is_refused(desk, url):
    with pytest.raises(Unusable):
        subscribe([Found("https://good.example/feed", ""), Found(url, "")])
    assert feeds() == []


def test_a_feed_is_changed_paused_resumed_made_due_and_removed(site, feed_id):
    _read(feed_id)
    other = subscribe([Found(f"{site.address}/other", "")])[0][0]
    with pytest.raises(Unusable, match=f"is feed {other} already"):
        change(feed_id, Change(url=f"{site.address}/other"))
    assert change(feed_id, Change(paused=True))
    assert feeds(health="paused")[0]["pause_reason"] == "paused by a user"
    with pytest.raises(Unusable, match="is paused; resume it first"):
        make_due(feed_id)
    assert change(feed_id, Change(paused=False, source="Post", every_seconds=600))
    assert _seconds_ahead(feed(feed_id)) <= 0
    assert change(feed_id, Change(every_seconds=0))
    assert (feed(feed_id)["source"], feed(feed_id)["every_seconds"]) == ("Post", None)
    assert make_due(feed_id)
    assert remove(feed_id)
    assert not any(
        [remove(feed_id), change(feed_id, Change(paused=True)), change(feed_id, Change()), make_due(feed_id)]
    )
    assert _sql("select count(*) from articles") == [(2,)]


def test_the_feeds_that_a_page_names_are_found_and_a_feed_is_itself(site):
    link = '<link rel="alternate" type="application/{}" title="{}" href="{}">'
    names = link.format("rss+xml", "Comments", "/comments") + link.format("atom+xml", "News", "feed")
    site.page("/", f"<html><head>{names}</head><body><p>Hello.</p></body></html>".encode())
    found = find_feeds(site.address)
    assert found == [Found(f"{site.address}/feed", "News"), Found(f"{site.address}/comments", "Comments")]
    assert find_feeds(f"{site.address}/feed") == [Found(f"{site.address}/feed", "Harbour Post")]


@pytest.mark.parametrize(
    ("path", "said"), [("/page", "names no feed"), ("/nothing", "status 404"), ("/text", "is no readable feed")]
)
def test_where_there_is_no_feed_a_user_is_told_why(site, path, said):
    site.page("/page", b"<html><body><p>Hello.</p></body></html>")
    site.page("/text", b"Hello.")
    with pytest.raises(Unusable, match=said):
        find_feeds(site.address + path)


def test_the_clock_sends_the_poll_to_the_queue_of_the_net_worker():
    entry = app.conf.beat_schedule["feeds"]
    assert (entry["task"], entry["options"]["queue"]) == ("feeds.poll", QUEUE)
