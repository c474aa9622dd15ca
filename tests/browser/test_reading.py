"""The reading room as people read it: by mouse, by keyboard, with JavaScript and without."""

import re

import pytest
from playwright.sync_api import expect

DEAL = "Hamburg Dockers and Terminal Operator Reach Deal"
CLEAR = "rgba(0, 0, 0, 0)"
WITHOUT_LABELS = """marks => marks.map(mark => {
    const copy = mark.cloneNode(true);
    copy.querySelectorAll(".type").forEach(label => label.remove());
    return copy.textContent;
})"""


def _background(locator):
    return locator.evaluate("element => getComputedStyle(element).backgroundColor")


def _summary(page):
    return page.locator("details.brief > summary")


def test_the_summary_opens_and_each_of_its_sentences_is_marked_in_the_text(page, article):
    page.goto(f"/articles/{article(DEAL)}")
    sentences = page.locator(".brief li")
    expect(sentences.first).to_be_hidden()
    assert _background(page.locator("mark.said").first) == CLEAR
    _summary(page).get_by_text("Get a summary").click()
    expect(sentences.first).to_be_visible()
    said = [text.removesuffix(" in the text") for text in sentences.all_inner_texts()]
    marked = page.locator("mark.said").evaluate_all(WITHOUT_LABELS)
    assert len(said) == 3
    assert sorted(said) == sorted(marked)
    assert all(_background(mark) != CLEAR for mark in page.locator("mark.said").all())


def test_a_sentence_of_the_summary_leads_to_its_place_and_back(page, article):
    page.goto(f"/articles/{article(DEAL)}?summary=1")
    page.get_by_role("link", name="Sentence 3 in its place in the text").click()
    expect(page).to_have_url(re.compile("#said-3$"))
    expect(page.locator("#said-3 + mark")).to_be_in_viewport()
    page.get_by_role("link", name="Back to sentence 3 of the summary").click()
    expect(page.locator("#summary-3")).to_be_in_viewport()


def test_the_names_are_marked_by_type_and_can_be_switched_off(page, article):
    page.goto(f"/articles/{article(DEAL)}")
    voss = page.locator(".text").get_by_role("link", name="Katrin Voss").first
    plain = page.locator(".text p").first.evaluate("element => getComputedStyle(element).color")
    assert voss.evaluate("element => getComputedStyle(element).color") != plain
    expect(voss).to_contain_text("person")
    page.get_by_role("checkbox", name="People").uncheck()
    assert voss.evaluate("element => getComputedStyle(element).color") == plain
    voss.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Katrin Voss")


def test_a_reader_follows_next_then_a_related_article_then_the_story(page, article):
    page.goto(f"/articles/{article('Storm Maren Leaves Worcester')}")
    following = page.get_by_role("navigation", name="Previous and next article").locator("a[rel=next]")
    headline = following.inner_text()
    following.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(headline)
    related = page.get_by_role("region", name="Related articles").locator("li").first
    assert re.search(r"shared|alike", related.locator(".why").inner_text())
    headline = related.locator("a").inner_text()
    related.locator("a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(headline)
    page.get_by_role("region", name="The story").locator(".headline a").click()
    assert page.locator("main .item").count() > 2
    expect(page.get_by_role("img", name="Articles by day")).to_be_visible()


def test_an_article_that_is_not_here_yet_is_named_and_not_linked_within(page, article):
    page.goto(f"/articles/{article('Helix Chief Meets Farmers')}")
    awaited = page.locator(".beside", has_text="not here yet")
    expect(awaited).to_have_count(2)
    assert awaited.locator("a[href^='/']").count() == 0


def test_the_front_page_leads_to_a_story_and_a_name(page, room):
    page.goto("/")
    expect(page.get_by_text("articles on the desk")).to_be_visible()
    story = page.locator(".story h3 a").first
    headline = story.inner_text()
    story.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(headline)
    page.go_back()
    page.locator(".bars a").first.click()
    expect(page.get_by_role("heading", name="Newest articles")).to_be_visible()


def test_a_chart_has_a_table_of_its_numbers(page, article):
    page.goto(f"/articles/{article(DEAL)}")
    page.get_by_text("As a table").click()
    days = page.locator("figure table tbody th").all_inner_texts()
    assert len(days) == page.locator("figure rect").count() > 2
    assert days[0] == "2 March 2026"


def test_without_a_choice_the_colours_are_the_systems(page, reader, room):
    page.goto("/")
    light = _background(page.locator("body"))
    dark = reader(color_scheme="dark", java_script_enabled=False)
    dark.goto("/")
    assert _background(dark.locator("body")) != light


def test_the_colours_chosen_stay_on_the_next_page_and_the_next_visit(reader, room):
    page = reader()
    page.goto("/")
    light = _background(page.locator("body"))
    page.get_by_role("button", name="Dark colours").click()
    dark = _background(page.locator("body"))
    assert dark != light
    page.goto("/stories")
    assert _background(page.locator("body")) == dark
    page.get_by_role("button", name="Light colours").click()
    assert _background(page.locator("body")) == light


def test_an_opened_summary_can_be_shared_by_its_address(reader, article):
    page = reader()
    page.goto(f"/articles/{article(DEAL)}")
    _summary(page).click()
    expect(page).to_have_url(re.compile(r"\?summary=1$"))
    _summary(page).click()
    expect(page).not_to_have_url(re.compile("summary"))


def _press_until(page, locator, key="Tab", most=60):
    for _ in range(most):
        page.keyboard.press(key)
        if locator.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{most} times {key} do not reach {locator}")


def test_all_is_done_by_keyboard(page, article):
    page.goto(f"/articles/{article(DEAL)}")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    _press_until(page, _summary(page))
    outline = _summary(page).evaluate("element => getComputedStyle(element).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    expect(page.locator(".brief li").first).to_be_visible()
    _press_until(page, page.get_by_role("link", name="Sentence 1 in its place in the text"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#said-1$"))
    people = page.get_by_role("checkbox", name="People")
    people.focus()
    page.keyboard.press("Space")
    expect(people).not_to_be_checked()
    following = page.locator(".besides a[rel=next]")
    headline = following.inner_text()
    _press_until(page, following, most=80)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(headline)


def test_the_desk_page_keeps_itself_up_to_date_until_it_is_paused(reader, room):
    page = reader()
    page.clock.install()
    page.goto("/desk")
    with page.expect_response("**/desk"):
        page.clock.run_for(11_000)
    page.get_by_role("button", name="Pause refreshing").click()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(60_000)
    assert asked == []
    expect(page.get_by_role("button", name="Go on refreshing")).to_be_visible()


def test_without_javascript_the_desk_page_refreshes_only_when_asked(reader, room):
    page = reader(java_script_enabled=False)
    page.goto("/desk")
    assert page.locator("meta[http-equiv=refresh]").count() == 0
    page.get_by_role("link", name="Refresh each 10 seconds").click()
    assert page.locator("meta[http-equiv=refresh]").get_attribute("content") == "10"
    page.get_by_role("link", name="Stop refreshing").click()
    assert page.locator("meta[http-equiv=refresh]").count() == 0


def test_a_search_finds_by_words_and_shows_where(page, room):
    page.goto("/")
    field = page.get_by_role("search").get_by_role("searchbox")
    field.fill("Renate Albers mediator")
    field.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("article")
    assert "Albers" in page.locator(".item mark").all_inner_texts()
    page.get_by_text("Words only").click()
    page.get_by_role("search", name="Articles").get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile("how=words"))
    page.locator(".item h2 a").first.click()
    expect(page.locator(".text")).to_contain_text("Albers")


def test_a_search_finds_by_meaning_what_says_it_in_other_words(page, room):
    page.goto("/search?how=meaning&q=workers+stop+working+at+a+harbour")
    headlines = page.locator(".item h2").all_inner_texts()
    assert "Dockworkers at Hamburg Terminal Walk Out Over Night Shifts" in headlines[:5]


def test_a_search_that_finds_nothing_leads_on(page, room):
    page.goto("/search?how=words&q=zeppelin&source=Harbour+Post")
    page.get_by_role("link", name="Search all articles").click()
    expect(page.get_by_text("Try other words")).to_be_visible()


def test_the_list_of_articles_is_narrowed_by_source_and_day(page, room):
    page.goto("/articles")
    assert page.locator(".item").count() == 20
    page.locator(".item .source", has_text="Harbour Post").first.click()
    assert page.locator(".item").count() == 3
    page.get_by_label("To").fill("2026-03-02")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".item h2")).to_have_text(["Dockworkers at Hamburg Terminal Walk Out Over Night Shifts"])


def test_the_pages_of_the_api_need_nothing_from_elsewhere(reader, room):
    page, asked = reader(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/docs")
    expect(page.get_by_text("/v1/articles/{article_id}/summary")).to_be_visible()
    assert all(url.startswith((room, "data:", "blob:")) for url in asked)
