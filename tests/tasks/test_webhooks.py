"""Webhooks: every event once, signed, until it is delivered or given up; and no receiver is in another's way."""

import json
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sites import Answer, Site, open_site
from sqlalchemy import text

from models.session import statements
from tasks.deliveries import QUEUE, deliver
from tasks.errors import Unusable
from tasks.webhooks import EVENTS, MOST, Wanted, add, change, deliveries, remove, replay, rotate, webhook, webhooks
from tasks.webhooks_attempt import PAUSES, try_out
from tasks.webhooks_scan import scan
from workers.app import app

DOCS = Path(__file__).parents[2] / "docs" / "webhooks.md"
DONE = dict.fromkeys(("ingest", "summary", "entities", "neighbours"), "done")


@pytest.fixture
def site(desk, setting: Callable[..., None]) -> Iterator[Site]:
    """A receiver on this machine, to which sending is allowed, that takes all."""
    setting(webhook_private=True)
    with open_site() as site:
        site.page("/hook", b"")
        yield site


@pytest.fixture
def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def genuine() -> Callable[[str, dict[str, str], bytes], bool]:
    """The check that the documentation gives to receivers."""
    code = re.search(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert code
    names: dict[str, Any] = {}
    exec(code[1], names)
    return names["genuine"]


def _sql(statement: str, **given: object) -> list[Any]:
    with statements() as db:
        found = db.execute(text(statement), given)
        return list(found) if found.returns_rows else []


def article(source: str = "Post", ago: str = "0 s", **stages: str) -> int:
    """An article whose stages ended so."""
    made = "insert into articles (key, source, title) values (gen_random_uuid(), :source, 'Dockers') returning id"
    article_id = _sql(made, source=source)[0][0]
    for name, state in (stages or DONE).items():
        _sql(
            "insert into stages (article_id, name, state, reason, finished_at) "
            "values (:id, :name, :state, :reason, now() - cast(:ago as interval))",
            id=article_id,
            name=name,
            state=state,
            reason=None if state == "done" else "because",
            ago=ago,
        )
    return article_id


def _headers(answer: Answer) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.headers.items()}


def _events(webhook_id: int) -> list[tuple[int, str]]:
    return [(one["article_id"], one["event"]) for one in reversed(deliveries(webhook_id))]


def test_an_article_that_is_done_is_told_once_with_its_facts_and_a_link(site, setting):
    setting(public_url="https://desk.example")
    webhook_id, _ = add(f"{site.address}/hook")
    article_id = article()
    deliver()
    deliver()
    assert len(site.requests) == 1
    told = json.loads(site.requests[0].body)
    assert told["type"] == "article.done"
    assert (told["data"]["id"], told["data"]["title"], told["data"]["source"]) == (article_id, "Dockers", "Post")
    assert told["data"]["links"] == {"article": f"https://desk.example/v1/articles/{article_id}"}
    assert webhook(webhook_id)["delivered_at"] is not None


def test_a_receiver_can_check_with_what_the_documentation_says_that_a_message_is_genuine(site, genuine):
    _, secret = add(f"{site.address}/hook")
    article()
    deliver()
    answer = site.requests[0]
    headers = _headers(answer)
    assert genuine(secret, headers, answer.body)
    assert not genuine(secret, headers, answer.body + b" ")
    assert not genuine("whsec_" + "A" * 44, headers, answer.body)
    assert not genuine(secret, headers | {"webhook-id": "msg_other"}, answer.body)
    assert not genuine(secret, headers | {"webhook-timestamp": "1700000000"}, answer.body)


def test_the_signature_is_that_of_the_specifications_own_example():
    from tasks.webhooks_signing import signed

    keys = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
    headers = signed(keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_after_a_change_both_secrets_sign_for_a_day(site, genuine):
    webhook_id, old = add(f"{site.address}/hook")
    new = rotate(webhook_id)
    assert try_out(webhook_id).delivered
    answer = site.requests[0]
    assert genuine(old, _headers(answer), answer.body)
    assert genuine(new, _headers(answer), answer.body)
    _sql("update webhooks set old_until = now()")
    try_out(webhook_id)
    answer = site.requests[1]
    assert not genuine(old, _headers(answer), answer.body)
    assert genuine(new, _headers(answer), answer.body)


@pytest.mark.parametrize(
    ("stages", "event"),
    [
        (DONE, "article.done"),
        (DONE | {"entities": "failed"}, "article.failed"),
        ({"ingest": "failed"}, "article.failed"),
        ({"ingest": "skipped"}, "article.skipped"),
        ({"ingest": "done"}, None),
        (DONE | {"summary": "running"}, None),
        (DONE | {"summary": "queued"}, None),
    ],
)
def test_an_event_is_what_became_of_the_whole_article(site, stages, event):
    webhook_id, _ = add(f"{site.address}/hook")
    article_id = article(**stages)
    scan()
    assert _events(webhook_id) == ([(article_id, event)] if event else [])


def test_why_an_article_failed_is_told(site):
    add(f"{site.address}/hook")
    article(ingest="failed")
    deliver()
    assert json.loads(site.requests[0].body)["data"]["reasons"] == {"ingest": "because"}


def test_each_webhook_is_told_only_of_its_events_and_outlets(site):
    done, _ = add(f"{site.address}/hook", ["article.done"])
    post, _ = add(f"{site.address}/hook", EVENTS, ["Post", "Ledger"])
    ours, others, failed = article(), article("Other"), article("Ledger", ingest="failed")
    scan()
    assert _events(done) == [(ours, "article.done"), (others, "article.done")]
    assert _events(post) == [(ours, "article.done"), (failed, "article.failed")]


def test_a_webhook_is_not_told_of_what_was_before_it(site):
    article(ago="3 s")
    webhook_id, _ = add(f"{site.address}/hook")
    scan()
    assert _events(webhook_id) == []


def test_what_was_committed_minutes_late_is_found_all_the_same(site):
    webhook_id, _ = add(f"{site.address}/hook")
    _sql("update webhooks set active_from = now() - interval '1 hour'")
    scan()
    article_id = article(ago="4 minutes")
    scan()
    assert _events(webhook_id) == []
    _sql("update delivery_clock set swept_to = now() - interval '61 s'")
    scan()
    assert _events(webhook_id) == [(article_id, "article.done")]


def test_what_happened_while_no_worker_looked_is_found(site):
    webhook_id, _ = add(f"{site.address}/hook")
    scan()
    before = "now() - interval '2 hours'"
    _sql(f"update webhooks set active_from = {before}")
    _sql(f"update delivery_clock set scanned_to = {before}, swept_to = {before}")
    article_id = article(ago="90 minutes")
    scan()
    assert _events(webhook_id) == [(article_id, "article.done")]


def test_a_new_version_of_an_article_is_told_again(site):
    webhook_id, _ = add(f"{site.address}/hook")
    article_id = article()
    scan()
    _sql("update articles set version = 2")
    scan()
    assert _events(webhook_id) == [(article_id, "article.done")] * 2


@pytest.mark.parametrize("status", [301, 400, 404, 500, 503])
def test_what_a_receiver_refuses_is_tried_again_later_with_the_same_id(site, status):
    site.page("/hook", b"", status, location="/elsewhere")
    webhook_id, _ = add(f"{site.address}/hook")
    article()
    deliver()
    waiting = deliveries(webhook_id)[0]
    assert (waiting["state"], waiting["attempts"], waiting["last_status"]) == ("waiting", 1, status)
    pause = _sql("select extract(epoch from next_at - now()) from deliveries")[0][0]
    assert 2 < pause < 6.1
    deliver()
    assert len(site.requests) == 1
    site.page("/hook", b"")
    _sql("update deliveries set next_at = now(); update webhooks set rest_until = now()")
    deliver()
    ids = [answer.headers["webhook-id"] for answer in site.requests]
    assert len(ids) == 2
    assert ids[0] == ids[1]
    assert deliveries(webhook_id)[0]["state"] == "delivered"
    assert (webhook(webhook_id)["failures"], webhook(webhook_id)["last_error"]) == (0, None)


def test_after_about_a_day_a_delivery_is_dead_and_can_be_replayed(site):
    assert 20 * 3600 < sum(PAUSES) < 26 * 3600
    site.page("/hook", b"", 500)
    webhook_id, _ = add(f"{site.address}/hook")
    article()
    for _ in range(len(PAUSES) + 3):
        deliver()
        _sql("update deliveries set next_at = now(); update webhooks set rest_until = now()")
    assert len(site.requests) == len(PAUSES) + 1
    dead = deliveries(webhook_id, "dead")[0]
    assert "status 500" in dead["last_error"]
    site.page("/hook", b"")
    assert replay(webhook_id) == 1
    deliver()
    assert deliveries(webhook_id)[0]["state"] == "delivered"
    assert replay(webhook_id) == 0
    assert replay(webhook_id, dead["id"]) == 1
    assert replay(webhook_id + 1, dead["id"]) == 0


def test_what_could_not_be_sent_within_a_day_is_dead(site):
    webhook_id, _ = add(f"{site.address}/hook")
    article()
    scan()
    _sql("update deliveries set queued_at = now() - interval '27 hours'")
    _sql("update delivery_clock set swept_to = now() - interval '61 s'")
    scan()
    assert deliveries(webhook_id, "dead")[0]["last_error"] == "It could not be sent within a day."


def test_ended_deliveries_are_forgotten_after_some_days_and_others_are_not(site, setting):
    setting(delivery_days=2)
    webhook_id, _ = add(f"{site.address}/hook")
    old, new = article(), article()
    deliver()
    _sql("update deliveries set ended_at = now() - interval '3 days' where article_id = :id", id=old)
    _sql("update stages set finished_at = now() - interval '3 days' where article_id = :id", id=old)
    _sql("update delivery_clock set swept_to = now() - interval '61 s'")
    scan()
    assert _events(webhook_id) == [(new, "article.done")]


def test_a_receiver_that_is_gone_is_told_nothing_more(site):
    site.page("/hook", b"", 410)
    webhook_id, _ = add(f"{site.address}/hook")
    article()
    article()
    deliver()
    article()
    deliver()
    assert len(site.requests) == 1
    view = webhook(webhook_id)
    assert (view["active"], view["dead"], view["waiting"]) == (False, 2, 0)
    assert "410" in view["inactive_reason"]
    with pytest.raises(Unusable, match="is off; turn it on first"):
        replay(webhook_id)
    assert change(webhook_id, Wanted(active=True))
    assert replay(webhook_id) == 2


def test_a_receiver_that_does_not_answer_costs_one_try_and_then_has_a_rest(site, closed_port):
    webhook_id, _ = add(f"http://127.0.0.1:{closed_port}/")
    for _ in range(5):
        article()
    deliver()
    attempts = _sql("select sum(attempts), count(*) from deliveries")
    assert attempts == [(1, 5)]
    assert "could not be reached" in webhook(webhook_id)["last_error"]
    rests = []
    for _ in range(4):
        _sql("update deliveries set next_at = now(); update webhooks set rest_until = now()")
        deliver()
        rests.append(float(_sql("select extract(epoch from rest_until - now()) from webhooks")[0][0]))
    assert rests == pytest.approx([10, 20, 40, 80], abs=3)


def test_one_message_that_a_receiver_dislikes_does_not_hold_up_the_others(site):
    def dislike(answer: Answer) -> None:
        answer.send_response(400 if json.loads(answer.body)["data"]["id"] == bad else 200)
        answer.send_header("Content-Length", "0")
        answer.end_headers()

    webhook_id, _ = add(f"{site.address}/hook")
    site.pages["/hook"] = dislike
    bad = article()
    for _ in range(3):
        article()
    deliver()
    assert len(deliveries(webhook_id, "delivered")) == 3


def test_a_slow_receiver_delays_no_other(site, setting):
    setting(webhook_seconds=2)
    site.pages["/slow"] = lambda _: site.closed.wait(10)
    slow, _ = add(f"{site.address}/slow")
    quick, _ = add(f"{site.address}/hook")
    for _ in range(3):
        article()
    deliver()
    assert len(deliveries(quick, "delivered")) == 3
    assert len(deliveries(slow, "delivered")) == 0
    assert "took longer than 2 s" in webhook(slow)["last_error"]
    ended = _sql("select max(ended_at) - min(created_at) from deliveries, webhooks where webhook_id = :id", id=quick)
    assert ended[0][0].total_seconds() < 2


def test_there_is_one_sender_at_a_time_and_another_after_one_that_died(site):
    add(f"{site.address}/hook")
    scan()
    _sql("update delivery_clock set held_by = 'another', held_until = now() + interval '1 minute'")
    article()
    deliver()
    assert site.requests == []
    _sql("update delivery_clock set held_until = now()")
    deliver()
    assert len(site.requests) == 1


def test_an_article_that_was_removed_is_told_no_more(site):
    webhook_id, _ = add(f"{site.address}/hook")
    article()
    scan()
    _sql("delete from articles")
    deliver()
    assert site.requests == []
    assert deliveries(webhook_id) == []


@pytest.mark.parametrize("address", ["http://127.0.0.1:{}/hook", "http://169.254.169.254/hook", "http://[::1]/hook"])
def test_private_addresses_are_refused_after_resolution(site, setting, address):
    setting(webhook_private=False)
    webhook_id, _ = add(address.format(site.server_port))
    outcome = try_out(webhook_id)
    assert (outcome.delivered, outcome.status) == (False, None)
    assert "is the private address" in outcome.error
    assert site.requests == []


def test_a_redirect_is_not_followed(site):
    site.page("/hook", b"", 307, location="/inside")
    webhook_id, _ = add(f"{site.address}/hook")
    assert try_out(webhook_id).error == "The receiver answered with status 307."
    assert [answer.path for answer in site.requests] == ["/hook"]


@pytest.mark.parametrize(
    ("url", "events", "said"),
    [
        ("ftp://cms.example/", EVENTS, "must begin with http"),
        ("https://me:secret@cms.example/", EVENTS, "Leave user and password out"),
        ("https://cms.example/", ["article.read"], "article.read is no event; choose from article.done"),
        ("https://cms.example/", [], "Nothing is no event"),
    ],
)
def test_what_cannot_be_a_webhook_is_refused(desk, url, events, said):
    with pytest.raises(Unusable, match=said):
        add(url, events)
    assert webhooks() == []


def test_there_are_only_so_many_webhooks(desk, monkeypatch):
    assert MOST == 100
    monkeypatch.setattr("tasks.webhooks.MOST", 1)
    add("https://cms.example/")
    with pytest.raises(Unusable, match="remove one first"):
        add("https://cms.example/")


def test_a_webhook_is_changed_and_removed_with_its_deliveries(site):
    webhook_id, secret = add(f"{site.address}/hook")
    article()
    scan()
    assert change(webhook_id, Wanted(events=["article.failed"], sources=["Post", "Post"], active=False))
    view = webhook(webhook_id)
    assert (view["events"], view["sources"], view["active"]) == (["article.failed"], ["Post"], False)
    assert secret not in str(view)
    deliver()
    assert site.requests == []
    assert remove(webhook_id)
    assert _sql("select count(*) from deliveries") == [(0,)]
    assert not any([remove(webhook_id), change(webhook_id, Wanted(active=True)), rotate(webhook_id)])
    assert try_out(webhook_id) is None


def test_the_clock_sends_deliveries_to_the_queue_of_the_net_worker():
    entry = app.conf.beat_schedule["webhooks"]
    assert (entry["task"], entry["options"]["queue"]) == ("webhooks.deliver", QUEUE)
