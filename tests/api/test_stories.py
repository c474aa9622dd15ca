"""Stories over HTTP, and what an article says of its story, its copies and its links."""

from datetime import timedelta

import pytest
import stories
from linking import NOW, add, days, event_text, link_all
from sqlalchemy import select

from models.session import session, transaction
from models.story import Story
from tasks.placing import _merge as merge
from tasks.shelf import newest, write
from tasks.story_views import story_of


def _refused(response, status):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    return response.json()


@pytest.fixture
def told(client):
    """Three stories of two articles, told a day apart, the last one first; gives the ids of their articles."""
    found = [
        [
            add(f"{e}-{n}", event_text(e, n), title=f"Event {e}, {n}", source=f"Paper {n}", published=NOW - days(e))
            for n in range(2)
        ]
        for e in range(3)
    ]
    link_all([one for pair in found for one in pair])
    return [[one.article_id for one in pair] for pair in found]


def _merge(articles):
    """Make one of the stories of two articles, as `tasks.placing` does; their ids, the one that stays first."""
    with transaction() as db:
        going_on, gone = (story_of(db, article_id) for article_id in articles)
        shelf = newest(db, {going_on, gone}, [])
        merge(shelf, gone, going_on)
        write(db, shelf)
    return going_on, gone


def test_stories_are_listed_latest_first_in_pages_that_are_one_list(client, told):
    everything = client.get("/v1/stories").json()
    assert [story["size"] for story in everything["stories"]] == [2, 2, 2]
    assert everything["next"] is None
    assert everything["stories"][0]["title"].startswith("Event 0")
    pages, cursor = [], None
    while cursor or not pages:
        answer = client.get("/v1/stories", params={"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        pages += answer["stories"]
        cursor = answer["next"]
    assert pages == everything["stories"]


def test_only_stories_of_the_least_size_are_listed(client, told):
    link_all([add("alone", "Zorblat Quindle vexed Marnip near Haldrin.")])
    sizes = {least: len(client.get("/v1/stories", params={"least": least}).json()["stories"]) for least in (1, 2, 3)}
    assert sizes == {1: 4, 2: 3, 3: 0}


def test_a_story_is_shown_with_its_articles_sources_and_days(client, told):
    story_id = client.get("/v1/stories").json()["stories"][0]["id"]
    page = client.get(f"/v1/stories/{story_id}").json()
    assert (page["id"], page["asked"], page["size"]) == (story_id, story_id, 2)
    assert {article["id"] for article in page["articles"]} == set(told[0])
    assert page["sources"] == [{"source": "Paper 0", "articles": 1}, {"source": "Paper 1", "articles": 1}]
    assert page["timeline"] == [{"day": "2026-03-02", "articles": 2}]
    assert "Wasilla Bible Church" in {entity["name"] for entity in page["entities"]}


def test_an_old_id_answers_with_the_story_it_went_into_and_says_so(client, told):
    going_on, gone = _merge([told[0][0], told[1][0]])
    page = client.get(f"/v1/stories/{gone}").json()
    assert (page["id"], page["asked"], page["size"]) == (going_on, gone, 4)
    merged = page["history"][0]
    assert (merged["kind"], merged["from_id"], merged["to_id"], merged["articles"]) == ("merged", gone, going_on, 2)
    assert gone not in {story["id"] for story in client.get("/v1/stories").json()["stories"]}
    assert client.get(f"/v1/articles/{told[1][0]}").json()["story"]["id"] == going_on


def test_an_unknown_story_is_a_problem_that_names_it(client):
    assert "7" in _refused(client.get("/v1/stories/7"), 404)["detail"]
    assert client.get("/v1/stories").json() == {"stories": [], "next": None}


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/stories/0", "path.story_id"),
        ("/v1/stories/one", "path.story_id"),
        ("/v1/stories?least=0", "query.least"),
        ("/v1/stories?limit=0", "query.limit"),
        ("/v1/stories?limit=101", "query.limit"),
        ("/v1/stories?cursor=", "query.cursor"),
        ("/v1/stories?cursor=yesterday", "query.cursor"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_its_name(client, path, field):
    [error] = _refused(client.get(path), 422)["errors"]
    assert error["field"] == field and "Value error" not in error["problem"]


def test_an_article_says_what_is_before_and_after_it_in_its_story(client):
    articles = [add(str(n), event_text(0, n), published=NOW + days(n / 4)) for n in range(3)]
    link_all(articles)
    story = client.get(f"/v1/articles/{articles[1].article_id}").json()["story"]
    assert (story["size"], story["first_seen"]) == (3, "2026-03-02T09:00:00Z")
    assert story["previous"]["article_id"] == articles[0].article_id
    assert story["next"]["article_id"] == articles[2].article_id
    assert story["next"]["why"] == {
        "rule": "story time 1",
        "hours_apart": 6.0,
        "sentence": "next in the story by time; 6 hours apart",
    }
    with session() as db:
        assert db.scalars(select(Story.id)).all() == [story["id"]]


def test_an_article_in_no_story_with_no_copies_says_neither(client):
    article_id = stories.put("alone", stories.story(1))
    shown = client.get(f"/v1/articles/{article_id}").json()
    assert (shown["story"], shown["also_published_by"]) == (None, None)


def test_an_article_says_who_else_published_it_first_publisher_share_and_why(client):
    whole = stories.story(1)
    wire = stories.put("wire", whole, source="Wire", published_at=stories.DAY)
    late = stories.put("late", "By our staff. " + whole, source="Post", published_at=stories.DAY + timedelta(hours=1))
    found = client.get(f"/v1/articles/{late}").json()["also_published_by"]
    [copy] = found.pop("copies")
    assert found == {
        "first_id": wire,
        "articles": 2,
        "sources": 2,
        "independent_sources": 1,
        "sentence": "2 articles of 2 sources, about 1 of them independent; Wire was first",
    }
    assert (copy["article_id"], copy["source"], copy["published_at"]) == (wire, "Wire", "2026-03-02T09:00:00Z")
    assert 0.97 < copy["why"]["share"] < copy["why"]["shared_back"] == 1
    assert copy["why"]["rule"].startswith("duplicates@") and "which was first" in copy["why"]["sentence"]


def test_a_related_article_says_all_that_the_two_share(client, told):
    links = client.get(f"/v1/articles/{told[2][0]}").json()["neighbours"]
    link = next(link for link in links if link["article_id"] == told[2][1])
    assert set(link["why"]) == {
        "cosine",
        "shared_entities",
        "shared_names",
        "shared_terms",
        "hours_apart",
        "share",
        "shared_back",
        "rule",
        "sentence",
    }
    assert "Katrin Voss" in link["why"]["shared_names"] and 0.5 < link["why"]["share"] < 1


def test_previous_and_next_say_their_rule_and_the_time_between(client):
    ids = [stories.put(str(n), stories.story(n), source="Post", published_at=NOW + days(n)) for n in range(2)]
    [link] = client.get(f"/v1/articles/{ids[0]}").json()["neighbours"]
    why = {"rule": "time 1", "hours_apart": 24.0, "sentence": "next in Post by publication time; 24 hours apart"}
    assert link == {"kind": "next", "article_id": ids[1], "title": "", "url": None, "score": None, "why": why}
