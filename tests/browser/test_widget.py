"""The widget on a publisher's page: another origin, with a Content-Security-Policy of its own."""

import pytest
from accessible import violations
from playwright.sync_api import expect
from sqlalchemy import update

from models.article import Article
from models.session import session

DEAL = "Hamburg Dockers and Terminal Operator Reach Deal"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Deal</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src {room}; connect-src {room}">
</head><body><main><h1>Deal</h1><p>Before.</p>
<script src="{room}/widget.js" {attributes} async></script>
<p>After.</p></main></body></html>"""


@pytest.fixture
def publish(room, publisher):
    """Put a page with the widget on the publisher's site; gives its address."""

    def put(attributes):
        folder, origin = publisher
        (folder / "page.html").write_text(PAGE.format(room=room, attributes=attributes))
        return f"{origin}/page.html"

    return put


def test_one_line_puts_summary_names_and_links_on_a_page_of_another_site(reader, publish, article):
    page = reader()
    page.goto(publish('data-article="https://harbourpost.example/2026/03/hamburg-deal?utm_medium=x"'))
    button = page.get_by_role("button", name="Get a summary")
    said = page.locator("copydesk-article .said li")
    expect(said.first).to_be_hidden()
    button.press("Enter")
    expect(said).to_have_count(3)
    expect(said.first).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    assert button.evaluate("element => getComputedStyle(element).backgroundColor") == "rgb(138, 31, 23)"
    expect(page.locator("copydesk-article .names")).to_contain_text("Katrin Voss")
    expect(page.locator("copydesk-article a[rel=next]")).to_have_attribute(
        "href", "https://harbourpost.example/2026/03/kiel-battery-ferries"
    )
    assert page.locator("copydesk-article .links li").count() > 2
    assert violations(page) == []


def test_the_publisher_chooses_the_parts_and_links_the_names(reader, publish, article):
    page = reader()
    page.goto(publish(f'data-article="{article(DEAL)}" data-show="tags" data-tag-link="/topics/{{name}}"'))
    voss = page.get_by_role("link", name="Katrin Voss")
    assert voss.get_attribute("href").endswith("/topics/Katrin%20Voss")
    assert page.get_by_role("button").count() == 0


def test_what_is_in_an_article_is_text_and_never_markup(reader, publish, article):
    evil = "<img src=x onerror=alert(1)>"
    deal = article(DEAL)
    with session() as db:
        db.execute(update(Article).where(Article.title.startswith("Kiel Ferry Line")).values(title=evil))
    page = reader()
    page.goto(publish(f'data-article="{deal}"'))
    expect(page.locator("copydesk-article a[rel=next]")).to_have_text(evil)
    assert page.locator("copydesk-article img").count() == 0
    page.goto(f"/articles/{deal}")
    expect(page.locator(".besides a[rel=next]")).to_have_text(evil)


def test_an_unknown_article_shows_nothing(browser, publish):
    page = browser.new_page()
    with page.expect_response("**/v1/widget*") as answered:
        page.goto(publish('data-article="https://elsewhere.example/unknown"'))
    assert answered.value.status == 404
    expect(page.locator("copydesk-article")).to_be_hidden()
    page.context.close()
