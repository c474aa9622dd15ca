"""The same article has the same keys; another one has others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.fingerprints import text_hash, title_key, url_key

ADDRESSES = st.from_regex(
    r"https?://[A-Za-z]{1,8}\.example(:80|:443|:8080)?(/[a-z]{0,5}){0,3}(\?[a-z]=[0-9](&utm_source=x)?)?(#x)?",
    fullmatch=True,
)


def test_case_punctuation_and_space_do_not_change_a_text() -> None:
    assert text_hash("“Talks — failed,” he said.\n\nTwice.") == text_hash("talks failed he SAID twice")
    assert text_hash("Talks failed") != text_hash("Talks held")
    assert len(text_hash("")) == 32


@given(st.text())
def test_upper_case_and_spaces_around_never_matter(text: str) -> None:
    assert text_hash(f"  {text}!\n") == text_hash(text)


@pytest.mark.parametrize(
    ("title", "site", "key"),
    [
        ("Talks  Fail | The Example", "The Example", "talks fail"),
        ("Talks Fail - the example", "The Example", "talks fail"),
        ("Talks Fail – in Geneva", "", "talks fail - in geneva"),
        ("Talks Fail - The Example", "", "talks fail - the example"),
        ("“Talks” Can’t Fail", "", "talks cant fail"),
        ("The Example", "The Example", "the example"),
    ],
)
def test_a_headline_loses_its_dress_and_only_the_given_site(title: str, site: str, key: str) -> None:
    assert title_key(title, site) == key


@given(st.text())
def test_the_key_of_a_headline_key_is_itself(title: str) -> None:
    assert title_key(title_key(title)) == title_key(title)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("HTTP://News.Example:80/a/?utm_source=rss&b=2&a=1&fbclid=x#top", "http://news.example/a?b=2&a=1"),
        ("https://me:secret@news.example/a", "https://news.example/a"),
        ("https://news.example", "https://news.example/"),
        ("https://news.example:8443/A?q=%20x&empty=", "https://news.example:8443/A?q=%20x&empty="),
        ("https://news.example/?id=7&gclid=1", "https://news.example/?id=7"),
        ("javascript:alert(1)", ""),
        ("https://news.example:port/", ""),
        ("/relative", ""),
    ],
)
def test_an_address_keeps_what_names_the_article(url: str, key: str) -> None:
    assert url_key(url) == key


@given(ADDRESSES)
def test_the_key_of_an_address_key_is_itself(url: str) -> None:
    assert url_key(url_key(url)) == url_key(url) != ""
