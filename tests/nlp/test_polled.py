"""Feeds as sites really write them: read, or refused with a reason; pages that name feeds; lists of feeds."""

import gzip
import json
import time
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.discovery import Found, feeds_of
from nlp.errors import Unreadable
from nlp.formats.polled import MOST_ENTRIES, NoFeed, read_polled
from nlp.opml import read_opml, write_opml

BODY = "The dockers of Marlow walked out at noon, and eleven ships wait in the bay. " * 4
ITEM = f"<item><title>Dockers walk out</title><link>https://news.example/1</link><description>{BODY * 3}</description>"
RSS = f"<rss version='2.0'><channel><title>Harbour Post</title>{ITEM}</item></channel></rss>"
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour Post</title><entry><title>Dockers walk out</title>
<link href="https://news.example/1"/><content type="html">{BODY}</content></entry></feed>"""
RDF = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel>
<title>Harbour Post</title></channel>{ITEM}</item></rdf:RDF>"""
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Harbour Post",
        "items": [{"title": "Dockers walk out", "url": "https://news.example/1", "content_text": BODY}],
    }
)
FRENCH = RSS.replace("Dockers walk out", "Grève à Málaga")
READ = {
    "RSS": RSS.encode(),
    "Atom": ATOM.encode(),
    "RDF": RDF.encode(),
    "JSON Feed": JSON.encode(),
    "gzip": gzip.compress(RSS.encode()),
    "no last tag": RSS.removesuffix("</channel></rss>").encode(),
    "tags across": RSS.replace("</item></channel>", "</channel></item>").encode(),
    "an entity that XML does not know": RSS.replace("walked", "&eacute;walked&nbsp;").encode(),
    "a bare ampersand": RSS.replace("noon", "noon & later").encode(),
    "NULs": RSS.replace("noon", "no\0on").encode(),
    "control characters": RSS.replace("noon", "no\x08on").encode(),
    "space before the declaration": b"\n\n <?xml version='1.0'?>" + RSS.encode(),
    "a byte order mark": b"\xef\xbb\xbf" + RSS.encode(),
    "UTF-16": f"<?xml version='1.0' encoding='utf-16'?>{RSS}".encode("utf-16"),
    "EBCDIC": f"<?xml version='1.0' encoding='cp037'?>{RSS}".encode("cp037"),
    "a prefix that is not bound": RSS.replace("<item>", "<item><media:thumbnail url='x'/>").encode(),
    "a namespace that is not one": RSS.replace("<rss ", "<rss xmlns:a='' ").encode(),
    "a doctype": b"<!DOCTYPE rss SYSTEM 'http://nowhere.invalid/rss.dtd'>" + RSS.encode(),
    "a comment before all": b"<!-- made by hand -->" + RSS.encode(),
    "bytes that are no UTF-8": RSS.encode().replace(b"noon", b"n\xff\xfeon"),
    "dates out of range": RSS.replace("<item>", "<item><pubDate>Mon, 99 Foo 0000 99:99:99 +9999</pubDate>").encode(),
}


@pytest.mark.parametrize("trouble", READ)
def test_a_feed_is_read_whatever_is_wrong_with_it(trouble):
    polled = read_polled(READ[trouble])
    assert polled.title == "Harbour Post"
    assert [(entry.title, entry.url) for entry in polled.entries] == [("Dockers walk out", "https://news.example/1")]
    assert "ships wait in the bay" in polled.entries[0].body


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (FRENCH.encode("latin-1"), "application/rss+xml; charset=iso-8859-1"),
        (f"<?xml version='1.0' encoding='windows-1252'?>{FRENCH}".encode("cp1252"), "application/xml"),
        (FRENCH.encode(), "text/xml; charset=utf-8"),
        (FRENCH.encode(), "application/xml; charset=no-such-thing"),
    ],
)
def test_the_encoding_is_that_of_the_header_or_of_the_declaration(data, media_type):
    assert read_polled(data, "", media_type).entries[0].title == "Grève à Málaga"


def test_relative_links_refer_to_where_the_feed_came_from():
    feed = RSS.replace("https://news.example/1", "/2026/1").encode()
    assert read_polled(feed, "https://news.example/feeds/all.xml").entries[0].url == "https://news.example/2026/1"


def test_a_feed_without_entries_is_no_error():
    polled = read_polled(b"<rss><channel><title>Harbour Post &undefined;</title></channel></rss>")
    assert (polled.title[:12], polled.entries, polled.refused) == ("Harbour Post", [], [])


def test_entries_without_text_and_link_are_refused_and_the_others_are_not():
    feed = RSS.replace("</channel>", "<item><title>Bare</title></item></channel>").encode()
    polled = read_polled(feed)
    assert (len(polled.entries), [refused.where for refused in polled.refused]) == (1, ["entry 2"])


def test_of_an_archive_the_first_entries_are_read_and_the_rest_is_told():
    feed = f"<rss><channel><title>All</title>{(ITEM + '</item>') * (MOST_ENTRIES + 5)}</channel></rss>"
    polled = read_polled(feed.encode())
    assert len(polled.entries) == MOST_ENTRIES
    assert "only the first 2,000" in polled.refused[0].reason


def test_a_page_is_no_feed():
    with pytest.raises(NoFeed):
        read_polled(b"<html><body><p>Hello.</p></body></html>")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"Hello.", "this is text"),
        (b"# Hello\n\nA list.", "this is markdown"),
        (b'{"title": "x", "items": []}', "no JSON Feed"),
        (b'[{"text": "x"}]', "no JSON Feed"),
        (b"[" * 100_000, "no JSON Feed"),
        (b"%PDF-1.7", "a PDF"),
        (gzip.compress(RSS.encode())[:10] + b"\xff" * 40, "damaged"),
        (gzip.compress(RSS.encode())[:-20], "ends too early"),
        (b"<opml version='2.0'><body/></opml>", "opml"),
        (b"<urlset></urlset>", "sitemap"),
        (b"<rss><channel></chan", "broken feed"),
    ],
)
def test_what_is_no_feed_is_refused_with_a_reason(data, said):
    with pytest.raises(Unreadable, match=said):
        read_polled(data)


LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12))
HOSTILE = {
    "billion laughs": f"<!DOCTYPE rss [<!ENTITY l0 'ha'>{LAUGHS}]>" + RSS.replace("noon", "&l11;"),
    "a file as an entity": "<!DOCTYPE rss [<!ENTITY f SYSTEM 'file:///etc/passwd'>]>" + RSS.replace("noon", "&f;"),
    "deep nesting": "<rss><channel>" + "<item>" * 20_000,
    "a long word": RSS.replace("noon", "n" * 1_000_000, 1),
    "many attributes": RSS.replace("<item>", "<item " + " ".join(f"a{n}='x'" for n in range(20_000)) + ">"),
    "a picture in the text": RSS.replace(
        "noon", f"&lt;img src='data:image/png;base64,{'A=' * 400}{'A' * 500_000}'&gt;", 1
    ),
    "open angles": "<rss><channel>" + "<" * 200_000,
    "open comments": "<rss><channel>" + "<!--" * 50_000,
    "many namespaces": "<rss " + " ".join(f"xmlns:n{n}='u{n}'" for n in range(5_000)) + RSS.removeprefix("<rss"),
    "right to left": RSS.replace("noon", "\u202enoon\u2066"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_feed_is_read_or_refused_in_bounded_time_and_size(kind):
    start = time.monotonic()
    try:
        polled = read_polled(HOSTILE[kind].encode())
    except Unreadable:
        polled = None
    assert time.monotonic() - start < 10
    if polled is not None:
        assert sum(len(entry.body) for entry in polled.entries) < 3_000_000
        assert "root:" not in "".join(entry.body for entry in polled.entries)


@given(st.binary(max_size=60), st.integers(0, len(RSS)), st.integers(0, 40))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_feed_with_any_bytes_put_into_it_is_read_or_refused(put, place, cut):
    data = RSS.encode()
    try:
        polled = read_polled(data[:place] + put + data[place + cut :])
    except Unreadable as error:
        assert str(error)
    else:
        assert all(entry.body or entry.url for entry in polled.entries)


def test_the_feeds_that_a_page_names_are_found_those_of_comments_last():
    page = b"""<html><head><base href="https://news.example/en/">
      <link rel="alternate" type="application/rss+xml" title="Post Comments" href="comments.xml">
      <link rel="Alternate nofollow" type="application/rss+xml; charset=utf-8" title=" The  Post " href="feed.xml">
      <link rel="alternate" type="application/feed+json" href="https://other.example/feed.json">
      <link rel="alternate" type="application/rss+xml" href="feed.xml"><link rel="alternate" hreflang="de" href="/de">
      <link rel="alternate" type="application/atom+xml" href="javascript:alert(1)"></head></html>"""
    assert feeds_of(page, "https://news.example/") == [
        Found("https://news.example/en/feed.xml", "The Post"),
        Found("https://other.example/feed.json", ""),
        Found("https://news.example/en/comments.xml", "Post Comments"),
    ]


@pytest.mark.parametrize("page", [b"", b"<", b"<html>", b"\0\0", b"<?xml version='1.0' encoding='utf-8'?><html/>"])
def test_a_page_that_is_hardly_one_names_no_feeds(page):
    assert feeds_of(page, "https://news.example/") == []


def test_a_list_of_feeds_comes_back_as_it_was_written():
    feeds = [Found("https://news.example/feed?a=1&b=2", 'Post "& <Sons>\x08'), Found("http://other.example/", "")]
    back = read_opml(write_opml(feeds).encode())
    assert [feed.url for feed in back] == [feed.url for feed in feeds]
    assert back[0].title == 'Post "& <Sons>\ufffd'


def test_lists_of_feeds_are_read_however_they_are_written():
    opml = b"""<?xml version="1.0"?><opml version="1.1"><body><outline text="News"><outline text="Inner">
      <outline TEXT="Post" XMLURL="https://news.example/feed"/></outline></outline>
      <outline title="Again" text="x" xmlUrl="https://news.example/feed"/><outline xmlUrl="file:///etc/passwd"/>
      <outline title="Other" xmlUrl="http://other.example/"></body>"""
    assert read_opml(opml) == [Found("https://news.example/feed", "Post"), Found("http://other.example/", "Other")]


@pytest.mark.parametrize("data", [b"", b"Hello.", b"<opml><body/></opml>", b"<html><p>x</p></html>", b"\0" * 9])
def test_what_is_no_list_of_feeds_is_refused(data):
    with pytest.raises(Unreadable, match=r"no OPML|no feed in it"):
        read_opml(data)


def test_a_hostile_list_of_feeds_takes_little():
    laughs = (
        f"<!DOCTYPE opml [<!ENTITY l0 'ha'>{LAUGHS}]><opml><outline text='&l11;' xmlUrl='http://a.example/'/></opml>"
    )
    nested = "<opml>" + "<outline text='x' xmlUrl='http://a.example/'>" * 100_000
    start = time.monotonic()
    for hostile in (laughs, nested):
        with suppress(Unreadable):
            assert len(read_opml(hostile.encode())) == 1
    assert time.monotonic() - start < 10
