"""Documents become articles; our samples all do; what is no article says why."""

import time
from pathlib import Path

import pytest

from nlp.declared import Declared
from nlp.extract import Extracted, extract
from nlp.formats import Document, split
from nlp.language import detect
from nlp.skips import skip_reason
from nlp.widgets import is_widget

SAMPLES = Path(__file__).parents[2] / "samples"
PROSE = (
    "The minister said that the talks in Geneva would go on for a week. Nobody in the room had expected it, she added. "
    * 4
)


def articles(name: str) -> list[Extracted]:
    return [extract(one) for one in split((SAMPLES / name).read_bytes(), name) if isinstance(one, Document)]


def page(body: str, head: str = "") -> Extracted:
    return extract(
        Document("html", f"<html><head>{head}</head><body>{body}</body></html>", "https://news.example/today/talks")
    )


def test_a_page_pasted_as_text_gives_headline_body_neighbours_and_source() -> None:
    (found,) = articles("dockworkers-walk-out.txt")
    assert found.title == "Dockworkers at Hamburg Terminal Walk Out Over Night Shifts"
    assert len(found.text.split("\n\n")) == 5
    assert found.text.startswith("More than 1,400") and found.text.endswith("Ms. Voss said.")
    assert found.declared == (
        Declared("previous", "Museum in Lisbon Identifies Lost Chart of the Tagus Estuary"),
        Declared("next", "Hamburg Port Strike Enters Third Day as Ships Divert to Rotterdam"),
    )
    assert (found.author, found.source, found.attribution) == ("Lena Brandt", "Harbour Post", "Reuters")


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.iterdir()))
def test_every_sample_is_an_article_without_page_lines(name: str) -> None:
    found = articles(name)
    assert found
    for article in found:
        assert skip_reason(article) is None
        assert article.title and article.published and article.author
        paragraphs = article.text.split("\n\n")
        assert all(paragraph == paragraph.strip() and "\n" not in paragraph for paragraph in paragraphs)
        assert not any(map(is_widget, paragraphs)) and article.title not in paragraphs


@pytest.mark.parametrize(
    ("name", "previous", "following"),
    [
        ("strike-third-day.html", "/business/dockworkers-walk-out", "/business/mediator-named"),
        ("storm-maren-warning.html", "/news/frankwell-bridge-repairs", "/news/storm-maren-worcester-cut-off"),
        ("nairobi-marathon.html", "/athletics/iten-track-reopens", "/football/gor-city-derby"),
    ],
)
def test_a_page_links_its_neighbours(name: str, previous: str, following: str) -> None:
    before, after = articles(name)[0].declared
    assert before.kind == "previous" and before.url and before.url.endswith(previous)
    assert after.kind == "next" and after.url and after.url.endswith(following)


def test_the_words_of_a_page_in_an_old_encoding_are_whole() -> None:
    assert "somebody’s kitchen" in articles("storm-maren-warning.html")[0].text


def test_a_link_in_the_head_declares_a_neighbour_unless_it_is_a_page_number() -> None:
    found = page(f"<p>{PROSE}</p>", '<link rel="prev" href="../older"><link rel="next" href="?page=2">')
    assert found.declared == (Declared("previous", "", "https://news.example/older"),)


def test_a_headline_that_begins_with_next_is_not_cut() -> None:
    found = page(f"<p>{PROSE}</p><a rel='next' href='/n'>Next Week Brings the Vote</a>")
    assert found.declared == (Declared("next", "Next Week Brings the Vote", "https://news.example/n"),)


def test_a_page_may_name_its_own_address_but_not_that_of_another_site() -> None:
    own = page(f"<p>{PROSE}</p>", '<link rel="canonical" href="https://www.news.example/a">')
    assert own.url == "https://www.news.example/a"
    other = page(f"<p>{PROSE}</p>", '<link rel="canonical" href="https://other.example/a">')
    assert other.url == "https://news.example/today/talks"


def test_the_headline_is_not_repeated_in_the_text() -> None:
    found = extract(Document("text", f"Talks Go On\n\nTALKS GO ON\n\n{PROSE}"))
    assert found.title == "Talks Go On" and found.text == PROSE.strip()


def test_text_without_a_headline_has_none() -> None:
    assert extract(Document("text", f"It rained.\n\n{PROSE}")).title == ""


def test_markdown_keeps_words_and_loses_signs() -> None:
    text = (
        "# Talks *Go* On\n\nBy Ada Byrne\n\n![x](y.png)\nA [long](https://a.example/b_(c)) **night**.\n\n"
        "- one\n- two_three_four\n\n<div>\nEnd\n</div>"
    )
    found = extract(Document("markdown", text))
    assert (found.title, found.author) == ("Talks Go On", "Ada Byrne")
    assert found.text == "A long night.\n\none\n\ntwo_three_four\n\nEnd"


def test_a_piece_of_html_keeps_its_paragraphs() -> None:
    found = extract(
        Document("html", "<p>One <b>two</b>.</p><script>x()</script><ul><li>Three</li></ul>Four<br>five", title="T")
    )
    assert found.text == "One two.\n\nThree\n\nFour\n\nfive"


def with_text(text: str, language: str = "en") -> Extracted:
    return Extracted("T", text, "", None, language, "", "", None, ())


@pytest.mark.parametrize(
    ("text", "language", "reason"),
    [
        ("word " * 12, "en", "only 12 words of text after cleaning; at least 40 are needed"),
        ("word", "en", "only 1 word of text after cleaning; at least 40 are needed"),
        ("wort " * 50, "de", "language is German (de); engines are loaded for English (en)"),
        ("xq " * 50, "und", "language could not be told; engines are loaded for English (en)"),
        ("Please enable JavaScript to view this page.", "en", "the page needs JavaScript; nothing else was in it"),
        ("Subscribe now to continue reading this article.", "en", "the page is a paywall; only"),
        ("We and our partners use cookies to show ads.", "en", "the page is a cookie or consent notice;"),
        ("Please verify you are human.", "en", "the page asks whether the reader is human;"),
    ],
)  # fmt: skip
def test_a_skipped_article_says_why(text: str, language: str, reason: str) -> None:
    assert (skip_reason(with_text(text, language)) or "").startswith(reason)


def test_a_long_article_about_cookies_is_no_wall() -> None:
    assert skip_reason(with_text(PROSE * 3 + "The site uses cookies, he said.")) is None


def test_languages_are_told_apart_and_short_text_needs_its_hint() -> None:
    assert detect("Der Minister sagte am Montag, die Gespräche gingen weiter.")[0] == "de"
    assert detect(PROSE)[0] == "en" and detect(PROSE, "de")[0] == "en"
    assert detect("NATO Chief Signals Expanded Aid")[0] == "und"
    assert detect("NATO Chief Signals Expanded Aid", "en-GB")[0] == "en"
    assert detect("", "en")[0] == "und"


@pytest.mark.parametrize(
    "body",
    [
        "<html><body>" + "<div>" * 100_000 + PROSE,
        "<div>" * 50_000 + PROSE + "</p>",
        "<html><body><p>" + "x" * 250_000,
        "<html><body><p " + 'a="b" ' * 100_000 + ">" + PROSE,
        "<html><body>" + '<a href="/x">Next story about</a> ' * 5_000,
        "<html><body>" + "<table><tr><td>" * 10_000 + PROSE,
        "<!--" * 100_000,
        "",
    ],
    ids=["deep", "deep piece", "long word", "attributes", "links", "tables", "comments", "empty"],
)
def test_hostile_html_takes_bounded_time(body: str) -> None:
    begun = time.perf_counter()
    assert isinstance(extract(Document("html", body)).text, str)
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize(
    "unit", ["[", "*", "[a](", "`a ", "_a ", "![", "> ", "<a ", "# ", "By Aa, ", "(", "Next\n", "according to ", "A. ("]
)
def test_hostile_text_takes_bounded_time(unit: str) -> None:
    body = "# t\n\n" + unit * (100_000 // len(unit))
    begun = time.perf_counter()
    extract(Document("text", body))
    extract(Document("markdown", body))
    assert time.perf_counter() - begun < 5


def test_reading_a_page_loads_the_stop_words_of_english_alone() -> None:
    from trafilatura import external

    extract(Document("html", f"<html><body><article><p>{PROSE}</p></article></body></html>"))
    assert external.JT_STOPLIST is not None and 0 < len(external.JT_STOPLIST) < 5000  # of all languages: 150,000
