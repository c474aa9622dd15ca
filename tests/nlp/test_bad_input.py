"""Hostile text is read, or refused with a reason, in a time that grows with its length and no faster."""

import pytest
from bounded import within

from nlp.errors import Unreadable
from nlp.extract import Extracted, extract
from nlp.fingerprints import text_hash, title_key, without_site
from nlp.formats import Document, Kind, Refused, split
from nlp.formats.fields import web_address
from nlp.formats.markdown import plain
from nlp.formats.sniff import format_of, is_markdown
from nlp.forms import normal
from nlp.links import absolute
from nlp.skips import skip_reason

WARC = (  # a record, and the beginning of what should be one
    b"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: https://a.example/\r\nContent-Type: text/plain\r\n"
    b"Content-Length: 3\r\n\r\none\r\n\r\n"
)
PROSE = "The minister said that talks would go on in Geneva on Monday after a long night of argument. "
SECONDS = 2.0  # of processor time; before, each took minutes or longer


@pytest.mark.parametrize("fields", ["    x\n" * 40, (" " * 1900 + "\n") * 40, " " * 19_000, "a: b\n" * 4000])
def test_front_matter_that_does_not_end_is_no_front_matter_after_one_look(fields: str) -> None:
    with within(SECONDS):
        assert not is_markdown("---\n" + fields)


def test_empty_lines_behind_a_brace_are_looked_at_once() -> None:
    with within(SECONDS):
        assert format_of("{x" + "\n" * 190_000 + "y") == "text"


@pytest.mark.parametrize(
    "text",
    ["# a" + " " * 100_000 + "x", "# " + " #" * 50_000 + "x", "<!--" * 250_000, ("[a]: " + "x" * 3000 + "\n") * 300],
    ids=["heading", "signs", "comments", "definitions"],
)
def test_markdown_that_never_ends_what_it_begins_takes_linear_time(text: str) -> None:
    with within(SECONDS):
        plain(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# Talks Fail ##  \nbody", "\nTalks Fail\n\nbody"),
        ("#  \t\nbody", "\n\n\nbody"),
        ("# C# ##\nbody", "\nC#\n\nbody"),
        ("one<!-- two\n-->three<!-- four", "onethree<!-- four"),
    ],
)
def test_headings_and_comments_lose_their_signs(text: str, shown: str) -> None:
    assert plain(text)[1] == shown


def test_a_letter_with_a_hundred_thousand_accents_is_hashed_at_once() -> None:
    text = "Geneva a" + "\u0300" * 100_000 + "\u0316" * 100_000 + "\uff9e\u0301" * 100_000
    with within(SECONDS):
        assert text_hash(text) == text_hash(text + "!") != text_hash("Geneva a")
        title_key(text)


@pytest.mark.parametrize("text", ["Café, naïve, 北京, ﬁne", "o\u0302\u0301" * 900, "…" * 40 + "é" * 3000])
def test_accents_in_a_number_that_occurs_are_normalised_as_unicode_says(text: str) -> None:
    import unicodedata

    found = normal("NFKC", text)
    assert found.replace(".", "") == unicodedata.normalize("NFKC", text).replace(".", "")


def test_the_name_of_a_site_is_short() -> None:
    with within(SECONDS):
        assert without_site("Talks fail | News", "s" * 5_000_000) == "Talks fail | News"


def test_an_address_longer_than_any_is_none() -> None:
    assert absolute("https://news.example/" + "a/" * 5000, "next") == ""
    assert absolute("https://news.example/a/b", "next") == "https://news.example/a/next"


def page(body: str) -> Extracted:
    with within(4 * SECONDS):
        return extract(Document("html", f"<html><body>{body}</body></html>", "https://news.example/today"))


def test_many_announced_neighbours_on_a_page_of_many_links_take_no_time_each() -> None:
    announced = "".join(f"<p>Next story: talks fail again {n}</p>" for n in range(400))
    found = page(announced + "".join(f"<a href=/{n}>talks fail again {n}</a>" for n in range(400)) + f"<p>{PROSE}</p>")
    assert found.declared[0].url == "https://news.example/0"


def test_a_page_of_more_elements_than_any_is_refused_and_says_so() -> None:
    with pytest.raises(Unreadable, match="more than 100,000 elements"):
        page("<b>a</b>" * 100_000)
    assert page(f"<p>{PROSE}</p>" * 50).text


@pytest.mark.parametrize("kind", ["text", "markdown", "html"])
def test_a_text_longer_than_any_article_is_refused_and_says_so(kind: Kind) -> None:
    assert skip_reason(extract(Document(kind, PROSE * 3000))) is None
    with pytest.raises(Unreadable, match="300,000 characters"):
        extract(Document(kind, PROSE * 3300))


@pytest.mark.parametrize(
    "line", ["ab c\n", "ab\n\n", "Next\n", "Next story: talks fail\n", "We use " + "x " * 140 + "\n"]
)
@pytest.mark.parametrize("kind", ["text", "markdown"])
def test_a_text_of_nothing_but_short_lines_takes_bounded_time(kind: Kind, line: str) -> None:
    with within(10):
        extract(Document(kind, line * (90_000 // len(line))))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://a.example/x\r\nHost: b.example", "https://a.example/xHost: b.example"),
        (" https://a.example/\t1 ", "https://a.example/1"),
        ("https://a.example/\x001", ""),
        ("https://a.example/\x1b]0;x", ""),
        ("https://a.example/\u20281", ""),
    ],
)
def test_no_address_breaks_a_line(written: str, read: str) -> None:
    assert web_address(written) == read


@pytest.mark.parametrize("year", ["0001", "0000", "1699", "2201", "9999"])
def test_a_year_that_no_news_is_of_is_no_date(year: str) -> None:
    item = f"<item><title>T</title><link>https://a.example/1</link><pubDate>{year}-05-01T00:00:00Z</pubDate></item>"
    for data in (f"<rss version='2.0'><channel>{item}</channel></rss>", f'{{"text": "x", "date": "{year}-05-01"}}'):
        (found,) = split(data.encode())
        assert isinstance(found, Document) and found.published is None


def test_an_archived_page_that_is_empty_is_refused_and_not_fetched() -> None:
    assert list(split(WARC.replace(b"Length: 3\r\n\r\none", b"Length: 2\r\n\r\n \0"))) == [
        Refused("record 1", "the page is empty; leave it out")
    ]


def test_a_refusal_quotes_nothing_that_steers_a_terminal() -> None:
    (refused,) = [one for one in split(WARC + b"\x1b]0;gone\x00\r\n\r\n") if isinstance(one, Refused)]
    assert "\x1b" not in refused.reason and "\0" not in refused.reason and "gone" in refused.reason
