"""Whether everyone can read the pages: axe-core, narrow screens, and large text."""

import re

import pytest
from accessible import violations

PAGES = ("/", "/stories", "/articles", "/search?q=strike", "/desk", "article", "open article", "story", "entity")
DEAL = "Hamburg Dockers and Terminal Operator Reach Deal"


def _open(page, name, article):
    """One of PAGES."""
    if name[0] == "/":
        page.goto(name)
        return
    page.goto(f"/articles/{article(DEAL)}" + ("?summary=1" if name == "open article" else ""))
    if name == "story":
        page.get_by_role("region", name="The story").locator(".headline a").click()
    if name == "entity":
        page.locator(".all-names a").first.click()
    page.wait_for_load_state()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious_and_nothing_is_wider_than_a_phone(reader, article, name, scheme):
    page = reader(color_scheme=scheme)
    _open(page, name, article)
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(page) == []


def test_a_page_that_is_not_there_says_so_and_leads_on(browser, room):
    page = browser.new_page(base_url=room)
    page.goto("/articles/999")
    assert re.search("no article 999", page.inner_text("main"))
    assert violations(page) == []
    page.get_by_role("link", name="Front page").last.click()
    assert page.locator(".story").count() > 2
    page.context.close()
