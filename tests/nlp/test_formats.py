"""Every format comes in; what cannot be read is refused with a reason, in bounded time."""

import gzip
import json
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.errors import Unreadable
from nlp.formats import Document, Refused, split
from nlp.formats.compressed import gunzip
from nlp.formats.dates import moment
from nlp.formats.encoding import decode

PROSE = "The minister said that talks would go on in Geneva on Monday after a long night of argument. "
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def only(data: bytes | str) -> Document:
    (found,) = split(data.encode() if isinstance(data, str) else data)
    assert isinstance(found, Document), found
    return found


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Talks Fail\n\nThe minister left.", "text"),
        ("[UPDATE] Talks fail\n\nThe minister left.", "text"),
        ("# Talks Fail\n\nThe minister left.", "markdown"),
        ("Talks Fail\n==========\n\nThe minister left.", "markdown"),
        ("The minister [left](https://example.org/left) on Monday.", "markdown"),
        ("<!DOCTYPE html><title>Talks</title><p>The minister left.", "html"),
        ("<?xml version='1.0'?><!-- old --><html><body><p>The minister left.</p></body></html>", "html"),
        ("The minister left.<br/>He did not say why.", "html"),
    ],
)
def test_the_kind_is_judged_by_content(text: str, kind: str) -> None:
    assert only(text).kind == kind


def test_the_name_of_a_file_does_not_decide_its_format() -> None:
    (found,) = split(b'{"title": "Talks", "text": "They failed."}', "talks.html")
    assert found == Document("text", "They failed.", title="Talks")


def test_json_fields_are_known_by_their_usual_names() -> None:
    record = {
        "headline": "Talks Fail",
        "articleBody": PROSE,
        "canonical_url": "https://news.example/talks",
        "byline": {"name": "Ada Byrne"},
        "datePublished": "2026-03-04T10:00:00+02:00",
        "publisher": {"@type": "Organization", "name": "The Example"},
        "lang": "en",
    }
    assert only(json.dumps(record)) == Document(
        "text", PROSE.strip(), "https://news.example/talks", "Talks Fail", "Ada Byrne",
        datetime(2026, 3, 4, 8, tzinfo=UTC), "The Example", "en",
    )  # fmt: skip


def test_only_web_addresses_are_kept() -> None:
    assert only('{"text": "One.", "url": "javascript:alert(1)"}').url == ""
    assert isinstance(next(split(b'{"url": "file:///etc/passwd"}')), Refused)


def test_a_summary_is_the_body_only_when_nothing_better_is_there() -> None:
    assert only('{"summary": "Short.", "html": "<p>Long.</p>"}').body == "<p>Long.</p>"
    assert only('{"summary": "Short."}').body == "Short."


def test_an_envelope_around_a_list_is_opened() -> None:
    found = list(split(b'{"status": "ok", "articles": [{"text": "One."}, {"text": "Two."}, {"note": 3}]}'))
    assert [type(one) for one in found] == [Document, Document, Refused]
    assert "item 3" in found[2].where  # type: ignore[union-attr]


def test_one_bad_line_does_not_lose_the_others() -> None:
    found = list(split(b'{"text": "One."}\n{"text": \n\n[1]\n{"text": "Two.\\u0000"}'))
    assert [one.body for one in found if isinstance(one, Document)] == ["One.", "Two."]
    assert [one.where for one in found if isinstance(one, Refused)] == ["line 2", "line 4"]


def test_json_lines_may_begin_with_the_bad_line() -> None:
    assert [type(one) for one in split(b'{"text": oops}\n{"text": "Two."}')] == [Refused, Document]


def test_of_duplicate_keys_the_last_counts() -> None:
    assert only('{"text": "One.", "text": "Two."}').body == "Two."


def test_characters_that_a_database_cannot_store_are_gone() -> None:
    assert only('{"text": "a\\ud800b\\u0000c"}').body == "a\ufffdbc"
    assert only("one\0 two\0 three").body == "one two three"


RSS = f"""<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>The Example</title>
<item><title>Whole</title><link>https://news.example/1</link><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate>
<content:encoded><![CDATA[<p>{PROSE * 3}</p>]]></content:encoded></item>
<item><title>Teaser</title><link>https://news.example/2</link><description>The minister said...</description></item>
<item><title>Nothing</title></item></channel></rss>"""


def test_a_feed_entry_that_only_teases_is_to_be_fetched() -> None:
    whole, teaser, nothing = split(RSS.encode())
    assert isinstance(whole, Document) and "Geneva" in whole.body and whole.source == "The Example"
    assert whole.published == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert isinstance(teaser, Document) and (teaser.body, teaser.url) == ("", "https://news.example/2")
    first = RSS.replace(PROSE * 3, "They failed.").partition("<item><title>Teaser")[0]
    (brief,) = split(f"{first}</channel></rss>".encode())
    assert isinstance(brief, Document) and brief.body == ""
    assert nothing == Refused("entry 3", "neither text nor a link in it; nothing can be read or fetched")


@pytest.mark.parametrize("name", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
def test_encodings_are_told_apart(name: str) -> None:
    text = "Café prices rose “sharply” – by £3 – in Málaga, officials said on Monday."
    assert decode(text.encode(name)) == text


def test_a_declared_encoding_counts_unless_it_is_latin_and_the_bytes_are_utf8() -> None:
    page = '<meta charset="{}"><p>Тарту — café</p>'
    assert "Тарту" in decode(page.format("windows-1251").encode("cp1251", "replace"))
    assert "Тарту" in decode(page.format("iso-8859-1").encode())


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found = list(split(data))
    except Unreadable as refusal:
        assert str(refusal)
        return
    for one in found:
        if isinstance(one, Document):
            assert "\0" not in one.body
            one.body.encode()  # no lone surrogates


@given(st.text(max_size=300))
def test_what_was_zipped_is_read_as_if_it_was_not(text: str) -> None:
    data = text.encode()
    assert gunzip(gzip.compress(data)) == gunzip(gzip.compress(gzip.compress(data))) == data


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (bytes(range(32)) * 20, "binary"),
        (b"<?xml version='1.0'?><urlset></urlset>", "sitemap"),
        (b'{"text": "One."', "line 1"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"date": ' + b"9" * 10_000 + b"}", "digits"),
        (gzip.compress(b"a" * (9 << 20), 9), "grows beyond"),
        (gzip.compress(b"hello")[:-9], "ends too early"),
        (gzip.compress(gzip.compress(gzip.compress(b"hello"))), "once"),
        (b"<rss><channel><item", "broken feed"),
        (b"WARC/1.0", "no readable record"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_name_and_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=f"^upload: .*{reason}"):
        list(split(data, "upload"))


@pytest.mark.parametrize(
    "data",
    [
        f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]><rss><channel><item><title>&l9;</title></item></rss>'.encode(),
        b'{"a":' * 100_000,
        b"{bad\n" * 20_000,
        b'{"text": "' + PROSE.encode() * 100_000 + b'"}\n{"text": "x"}',
        b"<rss><channel><item><title>" + b"<a>" * 20_000,
        b"<" * 200_000,
        b"---\n" + b"a: b\n" * 50_000,
        b"x" * 1_000_000,
    ],
    ids=["billion laughs", "deep", "bad lines", "10 MB line", "feed of tags", "angles", "front matter", "long word"],
)
def test_hostile_files_take_bounded_time(data: bytes) -> None:
    begun = time.perf_counter()
    with suppress(Unreadable):
        assert sum(len(one.body) for one in split(data) if isinstance(one, Document)) <= len(data)
    assert time.perf_counter() - begun < 5


def test_front_matter_becomes_fields() -> None:
    found = only("---\ntitle: Talks Fail\ndate: 2026-03-04\nauthor: 'Ada Byrne'\n---\n\nThe minister left.")
    assert (found.kind, found.title, found.author) == ("markdown", "Talks Fail", "Ada Byrne")
    assert found.published == datetime(2026, 3, 4, tzinfo=UTC)
    assert found.body.strip() == "The minister left."


@pytest.mark.parametrize(
    "value",
    ["2026-03-12T10:30:00Z", "Thu, 12 Mar 2026 11:30:00 +0100", "March 12th, 2026 10:30", "12 Mar 2026, 10:30 GMT",
     1773311400, 1773311400000, "1773311400"],
)  # fmt: skip
def test_a_moment_is_read_in_the_ways_it_is_written(value: object) -> None:
    found = moment(value)
    assert found == datetime(2026, 3, 12, 10, 30, tzinfo=UTC) and found.tzinfo is UTC


@pytest.mark.parametrize("value", ["", "soon", None, True, float("nan"), 1e400, "9999-99-99", {"a": 1}, "0001-01-01"])
def test_what_is_no_moment_is_none(value: object) -> None:
    assert moment(value) is None


def test_importing_the_formats_loads_no_parser() -> None:
    heavy = "{'feedparser', 'trafilatura', 'warcio', 'lxml', 'numpy'}"
    code = f"import sys, nlp.formats; sys.exit(str({heavy} & set(sys.modules)).replace('set()', '') or 0)"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
