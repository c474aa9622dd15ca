"""Server-sent events: what is sent to whom, what a client that comes back gets, and that none leaves a trace."""

import asyncio
import json
from itertools import count

import httpx
import pytest
from sqlalchemy import insert, text, update

import api.events
import api.hub
from api.events import HUB, EventStream
from api.hub import Full, Hub
from models.article import Article
from models.session import transaction
from models.stage import Stage, StageRow, State
from tasks.events import cursor, ended, place_of
from tasks.events_reader import Reader

NUMBERS = count()


def _article():
    with transaction() as db:
        article_id = db.scalar(insert(Article).values(key=f"article {next(NUMBERS)}").returning(Article.id))
        db.execute(insert(StageRow), [{"article_id": article_id, "name": name} for name in Stage])
    return article_id


def _end(article_id, stage=Stage.SUMMARY, ago=0.0):
    at = text(f"clock_timestamp() - interval '{ago} seconds'")
    with transaction() as db:
        this = (StageRow.article_id == article_id, StageRow.name == stage)
        db.execute(update(StageRow).where(*this).values(state=State.DONE, version=1, finished_at=at))


def _read(reader):
    found, _ = reader.read()
    return [(event.article_id, event.stage) for event in found]


def test_an_end_is_told_once_though_it_is_committed_late(desk):
    one, other = _article(), _article()
    _end(one, Stage.INGEST)
    reader = Reader()
    assert _read(reader) == []  # that was before
    _end(one)
    assert _read(reader) == [(one, "summary")]
    _end(other, ago=5)
    assert _read(reader) == [(other, "summary")]
    assert _read(reader) == []


def test_a_stage_that_ends_again_is_told_again_with_the_state_of_the_article(desk):
    article_id = _article()
    reader = Reader()
    for _ in range(2):
        _end(article_id)
        [event], more = reader.read()
        assert (event.state, event.version, event.article_state, more) == ("done", 1, "in progress", False)


def test_more_ends_than_are_read_at_once_are_all_told(desk, monkeypatch):
    monkeypatch.setattr("tasks.events_reader.MOST_READ", 3)
    reader = Reader()
    ids = [_article() for _ in range(8)]
    for article_id in ids:
        _end(article_id)
    told, more = [], True
    while more:
        found, more = reader.read()
        told += [event.article_id for event in found]
    assert told == ids


class Wire:
    """The other end of a stream: what came over it; `slow` takes nothing off it."""

    def __init__(self, slow=False):
        self.said, self.slow, self.gone = b"", slow, asyncio.Event()

    async def send(self, message):
        if self.slow:
            await asyncio.Event().wait()
        self.said += message.get("body", b"")

    async def receive(self):
        await self.gone.wait()
        return {"type": "http.disconnect"}

    def events(self):
        """Event names with their data."""
        parts = [
            dict(line.split(": ", 1) for line in part.splitlines()) for part in self.said.decode().split("\n\n") if part
        ]
        return [(part["event"], json.loads(part["data"]), part.get("id")) for part in parts if "event" in part]

    async def until(self, condition):
        async with asyncio.timeout(20):
            while not condition():
                await asyncio.sleep(0.01)


async def _open(wire, articles=(), after=None):
    """A client of the hub, on this wire."""
    stream = EventStream(await HUB.join(articles), after)
    scope = {"type": "http", "asgi": {"spec_version": "2.0"}}
    return asyncio.create_task(stream(scope, wire.receive, wire.send))


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(api.hub, "LOOK_SECONDS", 0.01)


def test_clients_hear_of_the_articles_they_asked_for_and_one_poller_reads_for_all(desk, quick):
    one, other = _article(), _article()

    async def listen():
        everything, some = Wire(), Wire()
        tasks = [await _open(everything), await _open(some, [other])]
        poller = HUB.poller
        _end(one)
        _end(other)
        await everything.until(lambda: len(everything.events()) == 2 and some.events())
        assert HUB.poller is poller
        assert [data["article_id"] for _, data, _ in everything.events()] == [one, other]
        [(name, data, _)] = some.events()
        assert (name, data["stage"], data["state"]) == ("stage", "summary", "done")
        for wire in (everything, some):
            wire.gone.set()
        await asyncio.gather(*tasks)
        await asyncio.sleep(0)
        assert (HUB.clients, HUB.poller) == (set(), None)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(listen())


def test_who_comes_back_gets_what_it_missed_and_then_what_comes(desk, quick):
    first, missed, live = (_article() for _ in range(3))
    _end(first, ago=60)
    _end(missed, ago=20)
    with transaction() as db:
        places = ended(db, (place_of("0.0.x")), 10)

    async def listen():
        wire = Wire()
        task = await _open(wire, after=places[0])
        _end(live)
        await wire.until(lambda: len(wire.events()) >= 2)
        assert [data["article_id"] for _, data, _ in wire.events()] == [missed, live]
        assert place_of(wire.events()[0][2]) == places[1]
        wire.gone.set()
        await task

    asyncio.run(listen())


def test_a_client_that_reads_too_slowly_is_told_so_and_dropped(desk, quick, monkeypatch):
    monkeypatch.setattr(api.hub, "MOST_WAITING", 2)
    ids = [_article() for _ in range(5)]

    async def listen():
        client = await HUB.join(())
        for article_id in ids:
            _end(article_id)
        wire = Wire()
        await wire.until(lambda: client.dropped)
        await EventStream(client, None)({"type": "http", "asgi": {"spec_version": "2.0"}}, wire.receive, wire.send)
        assert [name for name, _, _ in wire.events()] == ["stage", "stage", "dropped"]
        assert not HUB.clients

    asyncio.run(listen())


def test_a_client_that_takes_nothing_at_all_is_let_go(desk, monkeypatch):
    monkeypatch.setattr(api.events, "SEND_SECONDS", 0.05)

    async def listen():
        await (await _open(Wire(slow=True)))
        assert (HUB.clients, HUB.poller) == (set(), None)

    asyncio.run(listen())


def test_a_quiet_stream_has_a_heartbeat_and_an_end(desk, monkeypatch):
    monkeypatch.setattr(api.events, "HEARTBEAT_SECONDS", 0.02)
    monkeypatch.setattr(api.events, "MOST_SECONDS", 0.2)

    async def listen():
        wire = Wire()
        await (await _open(wire))
        assert wire.said.startswith(b": listening\nretry: 3000\n\n: ping\n\n")
        assert not HUB.clients

    asyncio.run(listen())


def test_only_so_many_listen_at_once(desk, monkeypatch):
    monkeypatch.setattr(api.hub, "MOST_CLIENTS", 1)

    async def listen():
        hub = Hub()
        client = await hub.join(())
        with pytest.raises(Full):
            await hub.join(())
        hub.leave(client)
        hub.leave(await hub.join(()))

    asyncio.run(listen())


def test_one_too_many_is_told_when_to_come_again(client, monkeypatch):
    monkeypatch.setattr(api.hub, "MOST_CLIENTS", 0)
    answer = client.get("/v1/events")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")


def test_an_id_that_no_event_has_is_refused(client):
    answer = client.get("/v1/events", headers={"Last-Event-ID": "yesterday"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "header.Last-Event-ID"


def test_a_cursor_is_read_back(desk):
    article_id = _article()
    _end(article_id)
    with transaction() as db:
        [place] = ended(db, place_of("0.0.x"), 10)
    assert place_of(cursor(place)) == place


def test_a_served_stream_says_what_ends(served):
    api_client: httpx.Client = served()
    article_id = _article()
    with api_client.stream("GET", "/v1/events", params={"article": article_id}) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        _end(article_id)
        for line in stream.iter_lines():
            if line.startswith("data: "):
                assert json.loads(line[6:])["article_id"] == article_id
                return
