"""Widget lines go, sentences stay; lines become paragraphs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.attribution import attribution
from nlp.clean import blocks, normalised, paragraphs
from nlp.declared import Declared, label_of, labelled, take
from nlp.widgets import is_widget

WIDGETS = """No time to read? / Get a summary
Share / Share this article / Share on Facebook, Twitter and WhatsApp / Subscribe
Subscribe to our newsletter / Sign up for our daily newsletter and get the news in your inbox / Read more
Read more: Talks fail / Also read: Talks fail / ALSO READ | Talks fail / Related: Talks fail / Related articles
We use cookies and similar technologies. / This website uses cookies to improve your experience.
Accept all cookies / Manage cookie settings / Advertisement / - Advertisement - / Follow us on Instagram
Follow @example on X / 12 comments / Comments (3) / © 2026 The Example
Copyright 2026 The Example. All rights reserved. / Click here / Click here to subscribe / Photo: Cranes at dusk
(Photo by Ada Byrne/Getty Images) / Image credit: Ada Byrne / REUTERS/Ada Byrne / Published: 12 March 2026
5 min read / Log in to comment / Already a subscriber? Log in / Tags: ports, strikes
Story continues below advertisement / You may also like / * * * / Download our app
Get the latest headlines delivered to your inbox every morning."""
SENTENCES = """The minister said the site uses cookies to track visitors, court papers show.
Share prices fell on Monday as investors digested the news.
Follow the money, prosecutors told the jury on Tuesday.
Read more than 40 books a year and you will be happier, the study says.
Advertising revenue rose 12 percent.
Photo identification will be required at polling stations.
Comments from the minister drew anger.
Next week the government will vote.
Get a summary of what ministers decided, the opposition demanded.
Join the army, they were told.
Like us, they had lost everything, she said.
Copyright law is being rewritten in Brussels, the commissioner said.
Reuters reported the deal on Friday.
Related charges were dropped in May.
Home prices rose.
Sign-up rates fall
Analysis
No"""


@pytest.mark.parametrize("line", [line.strip() for row in WIDGETS.splitlines() for line in row.split(" / ")])
def test_a_line_of_the_page_is_known(line: str) -> None:
    assert is_widget(line)


@pytest.mark.parametrize("line", SENTENCES.splitlines())
def test_a_line_of_the_article_stays(line: str) -> None:
    assert not is_widget(line)
    assert label_of(line) is None and labelled(line) is None


@given(st.text())
def test_normalised_text_has_one_kind_of_line_end_and_space(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once
    assert not set(once) & set("\r\t\u00a0\u200b\u00ad\ufeff\u2028\0\x80\x9b")


def test_letters_and_their_accents_are_kept_as_written() -> None:
    assert normalised("Cafe\u0301 “x” — fi\u00adne\u200b") == "Cafe\u0301 “x” — fine"


def test_hard_wrapped_lines_are_one_paragraph_and_other_lines_are_their_own() -> None:
    wrapped = (
        "The minister said on Monday that the talks in Geneva would\n"
        "go on for another week, although nobody in the room had\n"
        "expected it."
    )
    (group,) = blocks(wrapped)
    assert paragraphs(group) == [wrapped.replace("\n", " ")]
    assert paragraphs(["The vote is on Monday.", "Nobody knows."]) == ["The vote is on Monday.", "Nobody knows."]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["Previous Article", "", "Talks Fail in Geneva"], [Declared("previous", "Talks Fail in Geneva")]),
        (["Next Story: Talks Fail"], [Declared("next", "Talks Fail")]),
        (
            ["Prev: Talks Fail in Geneva", "Next: Rain Ends"],
            [Declared("previous", "Talks Fail in Geneva"), Declared("next", "Rain Ends")],
        ),
        (["← Older post", "Talks Fail"], [Declared("previous", "Talks Fail")]),
        (
            ["Previous", "Next", "Talks Fail", "Rain Ends"],
            [Declared("previous", "Talks Fail"), Declared("next", "Rain Ends")],
        ),
        (["« Talks Fail in Geneva"], [Declared("previous", "Talks Fail in Geneva")]),
        (["Next Post", "Read more", "Rain Ends"], [Declared("next", "Rain Ends")]),
    ],
)
def test_declared_neighbours_leave_the_text(lines: list[str], found: list[Declared]) -> None:
    kept, declared = take(["It rained.", *lines], is_widget)
    assert declared == found
    assert [line for line in kept if line and not is_widget(line)] == ["It rained."]


def test_prose_after_a_label_is_not_taken_for_a_headline() -> None:
    prose = "The minister said that the talks would go on."
    assert take(["Next Article", prose], is_widget) == ([prose], [])
    lines = ["Previous", "Next", prose, "Rain in Geneva"]
    assert take(lines, is_widget) == (lines[2:], [])


@pytest.mark.parametrize(
    ("text", "outlet"),
    [
        ("The remarks, reported by Reuters, came late.", "Reuters"),
        ("KYIV (Reuters) - Talks failed, CNN reported.", "Reuters"),
        ("It rained, according to the Associated Press.", "AP"),
        ("It rained.\n\n— AFP", "AFP"),
        ("It rained (AP).", "AP"),
        ("It snowed, according to AFP. It rained, according to Reuters.", "AFP"),
        ("It rained, according to Reuters. It snowed, according to AFP.", "Reuters"),
        ("He told the news agency dpa that it rained.", "dpa"),
        ("She reads the Guardian. He runs Bloomberg Park.", None),
        ("The APPLE fell.", None),
    ],
)
def test_the_outlet_that_a_text_credits(text: str, outlet: str | None) -> None:
    assert attribution(text) == outlet
