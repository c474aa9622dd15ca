"""Feeds and webhooks through a real net worker, also when it is killed at work."""

import os
import signal
from collections.abc import Callable, Iterator
from threading import Event

import pytest
from sites import Answer, Site, open_site
from sqlalchemy import text
from waiting import wait_until

from models.session import session
from nlp.discovery import Found
from tasks.feed_polling import QUEUE, poll
from tasks.feeds import feed, subscribe
from tasks.webhooks import add
from workers.app import NET_QUEUES, app

FEED = b"<rss><channel><title>Post</title><item><title>One</title><link>/1</link><description>They left</description>"
FEED += b"</item></channel></rss>"


@pytest.fixture
def site(desk, setting: Callable[..., None]) -> Iterator[Site]:
    """A site with a feed that is also a receiver; workers may reach it."""
    setting(fetch_private=True, host_seconds=0)
    with open_site() as site:
        site.page("/feed", FEED)
        site.page("/hook", b"")
        yield site


def _fail_an_article() -> None:
    with session() as db:
        db.execute(text("insert into articles (key) values ('one')"))
        db.execute(
            text("insert into stages (article_id, name, state, finished_at) values (1, 'ingest', 'failed', now())")
        )


def test_a_net_worker_reads_feeds_and_sends_webhooks(site, worker_of):
    feed_id, _ = subscribe([Found(f"{site.address}/feed", "")])[0]
    add(f"{site.address}/hook")
    _fail_an_article()
    with worker_of("workers.process", "net"):
        poll()
        app.send_task("webhooks.deliver", queue=NET_QUEUES[0])
        wait_until(lambda: feed(feed_id)["health"] == "ok", "the feed is read")
        wait_until(lambda: any(answer.path == "/hook" for answer in site.requests), "the webhook is told")
    assert feed(feed_id)["articles"] == 1


def test_a_reading_whose_child_is_killed_is_done_by_another(site, worker_of):
    feed_id, _ = subscribe([Found(f"{site.address}/feed", "")])[0]
    serve = site.pages["/feed"]

    def stall(_: Answer) -> None:
        site.pages["/feed"] = serve
        asked.set()
        site.closed.wait(30)

    asked = Event()
    site.pages["/feed"] = stall
    with worker_of("workers.process", "net"):
        poll()
        wait_until(asked.is_set, "the feed is asked for")
        active = app.control.inspect(timeout=2).active() or {}
        children = [task["worker_pid"] for tasks in active.values() for task in tasks if task["name"] == "feeds.read"]
        assert children
        os.kill(children[0], signal.SIGKILL)
        wait_until(lambda: feed(feed_id)["health"] == "ok", f"the feed is read again from {QUEUE}")
    assert feed(feed_id)["articles"] == 1
