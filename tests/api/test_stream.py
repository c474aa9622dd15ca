"""Streams of lines: all good ones are taken, bad ones named, and no more of it is in memory than a batch."""

import asyncio
import gzip
import itertools
import json
import threading
import tracemalloc

import pytest
from sqlalchemy import func, select, text

from api import intake
from api.app import create_app
from api.lines import batches
from models.article import Article, Payload
from models.session import session
from models.stage import Lane, Stage, StageRow
from tasks.queue import publish

NDJSON = {"Content-Type": "application/x-ndjson"}


def line(number, **more):
    return json.dumps({"text": f"Story {number}", "url": f"https://news.example/{number}"} | more).encode() + b"\n"


def send(client, content, headers=NDJSON, **params):
    return client.post("/v1/articles", content=content, headers=headers, params=params)


def count(table=Article):
    with session() as db:
        return db.scalar(select(func.count()).select_from(table))


def lanes():
    with session() as db:
        found = db.execute(select(StageRow.lane, func.count()).group_by(StageRow.lane))
        return dict(found.all())


def cut(chunks, lines=200, limit=1000):
    async def source():
        for chunk in chunks:
            yield chunk

    async def collect():
        return [batch async for batch in batches(source(), lines, limit)]

    return asyncio.run(collect())


def test_all_lines_are_taken_and_counted(client):
    answer = send(client, b"".join(line(n) for n in range(450)))
    assert answer.status_code == 202
    got = answer.json()
    assert (got["lines"], got["articles"], got["queued"], got["refused"]) == (450, 450, 450, 0)
    with session() as db:
        ids = dict(db.execute(select(Article.url, Article.id)).all())
    assert got["first_id"] == ids["https://news.example/0"]
    assert got["last_id"] == ids["https://news.example/449"]
    again = send(client, b"".join(line(n) for n in range(450))).json()
    assert (again["articles"], again["queued"], count()) == (450, 0, 450)


@pytest.mark.parametrize("kind", ["application/ndjson", "application/jsonl", "Application/X-NDJSON; charset=utf-8"])
def test_other_names_of_the_form_will_do(client, kind):
    assert send(client, line(1), {"Content-Type": kind}).json()["articles"] == 1


def test_bad_lines_are_told_with_number_and_reason_and_the_others_taken(client, setting):
    setting(max_body_bytes=1000)
    lines = [
        b"\xef\xbb\xbf" + line(1),
        b"\n",
        b"{broken\n",
        line(4),
        b'{"title": "Only a title"}\r\n',
        line(6, priority="soon"),
        line(7, text="x" * 2000),
        b'{"text": "\xff"}\n',
        b"[" * 900 + b"\n",
        line(10, **{"y" * 500: 1}),
        b'"text"\n',
        line(12).strip(),
    ]
    got = send(client, b"".join(lines)).json()
    assert (got["lines"], got["articles"], got["refused"], count()) == (12, 3, 8, 3)
    wrong = {refusal["line"]: refusal["problem"] for refusal in got["refusals"]}
    assert list(wrong) == [3, 5, 6, 7, 8, 9, 10, 11]
    assert "Invalid JSON" in wrong[3]
    assert wrong[5] == "give text, html, markdown or url"
    assert wrong[6].startswith("priority: ")
    assert "longer than 1,000 bytes (COPYDESK_MAX_BODY_BYTES)" in wrong[7]
    assert all(len(problem) <= 300 for problem in wrong.values())


def test_of_many_bad_lines_the_first_are_told_and_all_counted(client):
    got = send(client, b"{}\n" * 1000 + line(1)).json()
    assert (got["refused"], got["articles"], len(got["refusals"])) == (1000, 1, intake.REFUSALS)


@pytest.mark.parametrize("content", [b"", b"\n\n \n", b"{}\n[]\n"])
def test_a_stream_without_an_article_is_a_problem(client, content):
    answer = send(client, content)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["received"]["articles"] == 0


def test_the_lane_is_chosen_for_the_stream_and_for_a_line(client):
    assert send(client, line(1) + line(2, priority="live"), priority="backfill").status_code == 202
    assert lanes() == {"backfill": 1, "live": 1}
    answer = send(client, line(3), priority="soon")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "query.priority")


def test_a_stream_takes_no_idempotency_key(client):
    answer = send(client, line(1), NDJSON | {"Idempotency-Key": "a"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "header.Idempotency-Key")
    assert count() == 0


def test_a_stream_may_be_larger_than_a_request(client, setting):
    setting(max_request_bytes=1000)
    from fastapi.testclient import TestClient

    small = TestClient(create_app(), base_url="http://localhost:8000")
    assert send(small, b"".join(line(n) for n in range(100))).json()["articles"] == 100


def through(receive, path="/v1/articles", headers=()):
    """The status and body that the application answers to what `receive` gives."""
    sent = []

    async def send_on(message):
        sent.append(message)

    given = [(b"host", b"localhost"), (b"content-type", b"application/x-ndjson"), *headers]
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": given}
    asyncio.run(create_app()(scope, receive, send_on))
    return sent[0]["status"], json.loads(b"".join(message.get("body", b"") for message in sent))


def test_no_more_is_read_than_a_batch_ahead_of_what_is_stored(desk, monkeypatch):
    lines, at_once = 5000, 20
    taken = itertools.count()
    ahead = []
    stored = [0]
    accept = intake.accept

    def store(articles, lane):
        found = accept(articles, lane)
        stored[0] += len(found)
        return found

    monkeypatch.setattr(intake, "accept", store)

    async def receive():
        number = next(taken)
        ahead.append(number * at_once - stored[0])
        chunk = b"".join(line(number * at_once + n) for n in range(at_once))
        return {"type": "http.request", "body": chunk, "more_body": number * at_once + at_once < lines}

    status, got = through(receive)
    assert (status, got["articles"], count(Payload)) == (202, lines, lines)
    assert max(ahead) <= intake.BATCH


def test_a_line_without_an_end_is_not_kept(desk, setting):
    setting(max_body_bytes=1_000_000)
    taken = itertools.count()

    async def receive():
        number = next(taken)
        body = b"x" * 1_000_000 if number < 100 else b"\n" + line(1)
        return {"type": "http.request", "body": body, "more_body": number < 100}

    tracemalloc.start()
    status, got = through(receive)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (status, got["articles"], [r["line"] for r in got["refusals"]]) == (202, 1, [1])
    assert peak < 20_000_000


def test_long_lines_make_small_batches():
    assert [len(batch) for batch in cut([b"x" * 400 + b"\n"] * 8)] == [3, 3, 2]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_lines_are_the_same_however_they_arrive(size):
    content = b"\xef\xbb\xbfone\r\n\n  two  \n" + b"x" * 30 + b"\n\xef\xbb\xbffour"
    chunks = [content[start : start + size] for start in range(0, len(content), size)]
    found = [found for batch in cut(chunks, limit=20) for found in batch]
    assert found == [(1, b"one"), (3, b"two"), (4, None), (5, b"\xef\xbb\xbffour")]


def test_a_client_that_falls_silent_is_told_how_far_it_came(desk, monkeypatch):
    monkeypatch.setattr("api.stream.SILENT_SECONDS", 0.2)
    monkeypatch.setattr("api.stream.LINGER_SECONDS", 0.1)
    chunks = [b"".join(line(n) for n in range(intake.BATCH + 50))]

    async def receive():
        if chunks:
            return {"type": "http.request", "body": chunks.pop(), "more_body": True}
        return await asyncio.Event().wait()

    status, got = through(receive)
    assert (status, got["received"]["lines"], got["received"]["articles"], count()) == (408, *[intake.BATCH] * 3)
    assert "send those behind" in got["detail"]


def test_a_client_that_goes_away_leaves_whole_batches(desk):
    messages = [{"type": "http.disconnect"}, {"type": "http.request", "body": b"", "more_body": True}]
    messages[1]["body"] = b"".join(line(n) for n in range(intake.BATCH + 50))
    sent = []

    async def receive():
        return messages.pop()

    async def send_on(message):
        sent.append(message)

    given = [(b"host", b"localhost"), (b"content-type", b"application/x-ndjson")]
    scope = {"type": "http", "method": "POST", "path": "/v1/articles", "query_string": b"", "headers": given}
    asyncio.run(create_app()(scope, receive, send_on))
    assert count() == intake.BATCH


def fill(messages, lane=Lane.LIVE):
    publish((number, Stage.INGEST, lane) for number in range(1, messages + 1))


def drain():
    from workers.app import app

    with app.connection_for_write() as connection:
        connection.default_channel.client.flushall()


def test_a_stream_waits_while_the_lane_is_full_and_goes_on_when_there_is_room(client, setting, monkeypatch):
    setting(max_backlog=10)
    monkeypatch.setattr("tasks.backlog.LOOK_SECONDS", 0.0)
    waits = []

    async def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 2:
            drain()

    monkeypatch.setattr("api.intake.asyncio.sleep", sleep)
    got = send(client, b"".join(line(n) for n in range(2 * intake.BATCH))).json()
    assert (got["articles"], count(), len(waits)) == (2 * intake.BATCH, 2 * intake.BATCH, 2)


def test_a_stream_that_waits_in_vain_is_told_where_it_stopped_and_can_go_on(client, setting, monkeypatch):
    setting(max_backlog=10)
    monkeypatch.setattr("tasks.backlog.LOOK_SECONDS", 0.0)
    monkeypatch.setattr(intake, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(intake, "PATIENCE", 3)
    lines = [line(n) for n in range(intake.BATCH + 300)]
    answer = send(client, b"".join(lines))
    assert (answer.status_code, answer.headers["content-type"]) == (429, "application/problem+json")
    assert int(answer.headers["retry-after"]) > 0
    got = answer.json()["received"]
    assert [got["lines"], got["articles"], count()] == [intake.BATCH] * 3
    drain()
    setting(max_backlog=0)
    assert send(client, b"".join(lines[got["lines"] :])).json()["articles"] == 300
    assert count() == len(lines)


def test_a_client_that_is_still_sending_gets_the_answer(desk, served):
    fill(10)
    sent = [0]

    def lines():
        for number in range(30_000):
            sent[0] = number
            yield line(number, title="x" * 200)

    with served(COPYDESK_MAX_BACKLOG="5") as client:
        answer = client.post("/v1/articles", content=lines(), headers=NDJSON)
    assert answer.status_code == 429
    assert "COPYDESK_MAX_BACKLOG" in answer.json()["detail"]
    assert count() == 0


def test_after_an_early_answer_the_rest_is_read_and_dropped(desk, setting, monkeypatch):
    """A connection closed with input unread is reset, and some clients then lose the answer (RFC 9112, section 9.6)."""
    setting(max_backlog=5)
    monkeypatch.setattr("tasks.backlog.LOOK_SECONDS", 0.0)
    fill(10)
    events = []

    async def receive():
        events.append("read")
        return {"type": "http.request", "body": line(1), "more_body": events.count("read") < 9}

    async def send_on(message):
        events.append(message.get("more_body", message["type"]))

    given = [(b"host", b"localhost"), (b"content-type", b"application/x-ndjson")]
    scope = {"type": "http", "method": "POST", "path": "/v1/articles", "query_string": b"", "headers": given}
    asyncio.run(create_app()(scope, receive, send_on))
    assert events == ["http.response.start", True, *["read"] * 9, False]
    assert count() == 0


def test_a_stream_may_be_gzipped(client):
    packed = gzip.compress(b"".join(line(n) for n in range(250))) + gzip.compress(line(250))
    got = send(client, packed, NDJSON | {"Content-Encoding": "gzip"}).json()
    assert (got["articles"], count()) == (251, 251)


def test_what_came_before_damage_is_told(client):
    content = b"".join(line(n, text=str(hash((n, "story"))) * 50) for n in range(600))
    packed = gzip.compress(content)
    answer = send(client, packed[:-20], NDJSON | {"Content-Encoding": "gzip"})
    assert answer.status_code == 400
    assert "ends too early" in answer.json()["detail"]
    assert answer.json()["received"]["lines"] == count() > 0


def test_a_gzip_bomb_is_refused_while_it_is_unpacked(client):
    bomb = gzip.compress(bytes(200_000_000))
    for kind in ("application/x-ndjson", "application/json"):
        tracemalloc.start()
        answer = send(client, bomb, {"Content-Type": kind, "Content-Encoding": "gzip"})
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert (answer.status_code, "200 times" in answer.json()["detail"]) == (400, True)
        assert peak < 60_000_000


def test_one_article_may_be_gzipped_and_other_codings_are_refused(client):
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert send(client, gzip.compress(b'{"text": "a"}'), headers).status_code == 202
    answer = send(client, b"?", headers | {"Content-Encoding": "br"})
    assert (answer.status_code, answer.headers["accept-encoding"]) == (415, "gzip")
    assert send(client, b"not gzip", headers).status_code == 400


def test_while_the_database_is_away_a_stream_is_told_so(desk, served):
    with served(DATABASE_URL="postgresql://copydesk@127.0.0.1:1/copydesk") as client:
        answer = client.post("/v1/articles", content=line(1), headers=NDJSON)
        assert (answer.status_code, answer.json()["received"]["lines"]) == (503, 0)


def test_two_streams_of_the_same_articles_at_once_are_taken_once(desk, served):
    content = b"".join(line(n) for n in range(600))
    answers = []
    with served() as client:
        both = [
            threading.Thread(
                target=lambda: answers.append(client.post("/v1/articles", content=content, headers=NDJSON))
            )
            for _ in range(2)
        ]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
    assert [answer.json()["articles"] for answer in answers] == [600, 600]
    assert sum(answer.json()["queued"] for answer in answers) == count() == 600
    with session() as db:
        assert db.scalar(text("select count(*) from stages")) == 600
