"""Receiving: one article is one row, whatever it holds, however often and from how many doors it comes."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from models.article import Article, Payload
from models.session import session
from models.stage import Lane, StageRow, State
from nlp.formats import Document
from nlp.formats.fields import CONTROL
from tasks.errors import Unusable
from tasks.receive import check, receive
from workers.app import app

# Unlike what files and requests hold by the time they get here: NUL, halves of surrogate pairs, anything.
odd = st.text(st.characters(), max_size=12) | st.sampled_from(["", "\0", "\ud800", "a\udfffb", "\u202e", "İ", "ﬁ"])
hosts = st.sampled_from(["a.example", "A.example", "bücher.example", "127.0.0.1", "[::1]", "a.example:8080"])
urls = st.builds("https://{}/{}".format, hosts, odd.filter(lambda text: not CONTROL.search(text.replace("\0", ""))))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    url = draw(st.just("") | urls)
    body = draw(odd.map("x{}".format) if not url else odd)
    kind = draw(st.sampled_from(["text", "html", "markdown"]))
    return Document(kind, body, url, draw(odd), draw(odd), None, draw(odd), draw(odd))


def queue_length(name: str) -> int:
    with app.connection_for_read() as connection:
        return int(connection.default_channel.client.llen(name))


def count(table: type) -> int:
    with session() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(documents(), max_size=8))
def test_whatever_comes_twice_has_the_same_ids_and_is_queued_once(desk, sent):
    once, again = receive(sent), receive(sent)
    assert [received.article_id for received in again] == [received.article_id for received in once]
    assert not any(received.queued for received in again)


def test_a_document_that_repeats_within_a_list_is_one_article(desk):
    left, back = (Document("text", body, url="https://a.example/strike") for body in ("They left.", "They are back."))
    received = receive([left, back, left, back])
    assert len({item.article_id for item in received}) == 1
    assert (count(Article), queue_length("ingest")) == (1, 1)
    with session() as db:
        assert db.scalars(select(Payload.body)).all() == ["They are back."]


def test_with_redo_all_are_queued_again(desk):
    sent = [Document("text", f"Story {number}") for number in range(5)]
    first = receive(sent)
    again = receive(sent, redo=True)
    assert [item.article_id for item in again] == [item.article_id for item in first]
    assert all(item.queued for item in again)
    assert queue_length("ingest") == 10


def test_a_backfill_goes_into_its_own_lane(desk):
    receive([Document("text", "An old story")], Lane.BACKFILL)
    assert (queue_length("ingest"), queue_length("ingest.backfill")) == (0, 1)
    with session() as db:
        assert db.scalars(select(StageRow.lane)).all() == ["backfill"]


def test_nothing_of_a_list_is_written_when_one_is_not_acceptable(desk):
    with pytest.raises(Unusable, match="neither text nor URL"):
        receive([Document("text", "A story"), Document("text", " \0 ")])
    assert count(Article) == 0


def test_an_empty_list_is_nothing(desk):
    assert receive([]) == []


def test_more_than_one_transaction_holds_are_received_in_order(desk):
    sent = [Document("text", f"Story {number}") for number in range(450)]
    received = receive(sent)
    with session() as db:
        bodies = {row.article_id: row.body for row in db.execute(select(Payload.article_id, Payload.body))}
    assert [bodies[item.article_id] for item in received] == [document.body for document in sent]


def test_two_doors_that_take_the_same_articles_at_once_neither_block_nor_double_them(desk):
    rounds, size = 10, 200
    start = threading.Barrier(2, timeout=30)

    def door(backwards: bool) -> list[dict[str, int]]:
        found = []
        for number in range(rounds):
            urls = [f"https://a.example/{number}/{i}" for i in range(size)]
            sent = [Document("text", f"As {backwards} has it", url=url) for url in urls]
            sent = sent[::-1] if backwards else sent
            start.wait()
            found.append({d.url: item.article_id for d, item in zip(sent, receive(sent), strict=True)})
        return found

    with ThreadPoolExecutor(2) as doors:
        one, other = (future.result(timeout=100) for future in [doors.submit(door, side) for side in (False, True)])
    assert one == other
    assert count(Article) == rounds * size
    assert count(Payload) == rounds * size


def test_addresses_that_cannot_be_read_are_refused_and_never_taken_for_one_article(desk):
    for url in (
        "https://a.example:99999/",
        "https://b.example:port/",
        "https://[::1/",
        "ftp://a.example/",
        "https:///x",
    ):
        with pytest.raises(Unusable, match="must begin with http:// or https://"):
            check(Document("text", "A story", url=url))


def test_a_message_names_the_limit_that_was_passed(setting):
    setting(max_body_bytes=1000)
    with pytest.raises(Unusable, match=r"larger than 1,000 bytes \(COPYDESK_MAX_BODY_BYTES\)"):
        check(Document("text", "ü" * 501))


def test_long_names_are_cut_and_what_cannot_be_stored_is_left_out():
    checked = check(Document("text", "a\0b\ud800", title="t" * 600, language="\0en"))
    assert (checked.body, len(checked.title), checked.language) == ("ab\ufffd", 500, "en")


def test_sending_a_failed_article_again_tries_it_again(desk):
    [first] = receive([Document("text", "They left at noon.")])
    with session() as db:
        db.execute(update(StageRow).values(state=State.FAILED, reason="the site was down"))
    [again] = receive([Document("text", "They left at noon.")])
    assert (again.article_id, again.queued) == (first.article_id, True)
    with session() as db:
        assert db.scalars(select(StageRow.state)).all() == [State.QUEUED]


def test_names_are_lines_without_what_steers_a_terminal() -> None:
    found = check(Document("text", "Body.", title="Talks\n\x1b]0;gone\x07 fail\x00", author="Ada\u202e Byrne"))
    assert (found.title, found.author) == ("Talks ]0;gone fail", "Ada Byrne")


@pytest.mark.parametrize("broken", ["\n", "\r\nHost: other.example", "\x1b", "\x7f"])
def test_an_address_with_a_control_character_is_refused(broken: str) -> None:
    with pytest.raises(Unusable, match="control character"):
        check(Document("text", "Body.", url=f"https://news.example/a{broken}b"))
