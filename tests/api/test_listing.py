"""The list of articles, search, and the parts of an article, over HTTP."""

import subprocess
import sys
from pathlib import Path

import pytest
from linking import NOW, add, event_text, link_all
from marked import tell
from sqlalchemy import insert, update

from models.session import transaction
from models.stage import Stage, StageRow, State
from models.summary import Summary

ROOT = Path(__file__).parents[2]


def _refused(response, status):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    return response.json()


@pytest.fixture
def stored(client):
    """Three articles, two of them by Post, with the ids of the newest first."""
    ids = [tell(f"Dockers of {{LOC Hamburg}} walked out, part {n}.", source="Post" if n else "Times") for n in range(3)]
    return ids[::-1]


def _ids(response):
    assert response.status_code == 200, response.text
    return [article["id"] for article in response.json()["articles"]]


def test_the_list_is_read_page_by_page_with_its_filters(client, stored):
    assert _ids(client.get("/v1/articles")) == stored
    first = client.get("/v1/articles", params={"source": "Post", "limit": 1}).json()
    second = client.get("/v1/articles", params={"source": "Post", "limit": 1, "cursor": first["next"]}).json()
    assert [first["articles"][0]["id"], second["articles"][0]["id"]] == stored[:2]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"sauce": "Post"}, "query.sauce"),
        ({"since": "yesterday"}, "query.since"),
        ({"until": "2026-03-01T10:00:00"}, "query.until"),
        ({"since": "0001-01-01"}, "query.since"),
        ({"state": "finished"}, "query.state"),
        ({"entity": "NATO"}, "query.entity"),
        ({"story": 2**63}, "query.story"),
        ({"source": "\0"}, "query.source"),
        ({"cursor": "7"}, "query.cursor"),
        ({"limit": 0}, "query.limit"),
    ],
)
def test_a_filter_that_is_not_understood_is_named(client, given, field):
    assert [one["field"] for one in _refused(client.get("/v1/articles", params=given), 422)["errors"]] == [field]


@pytest.mark.parametrize("day", ["2026-03-02", "2026-03-02T00:00:00Z", "2026-03-02T02:00:00+02:00"])
def test_times_are_days_or_moments_even_with_a_plus_that_came_as_a_space(client, day):
    article_id = tell("Dated.", published_at=NOW.replace(year=2026, month=3, day=2, hour=0, minute=0))
    assert article_id in _ids(client.get(f"/v1/articles?since={day}"))
    assert article_id not in _ids(client.get(f"/v1/articles?until={day}"))


def test_search_answers_with_snippets_and_ranks(client, stored):
    [found, *_] = client.get("/v1/search", params={"q": "dockers hamburg", "how": "words"}).json()["articles"]
    assert {"id", "title", "source", "at", "state", "score"} <= set(found)
    assert found["ranks"] == {"words": 1, "meaning": None}
    text = found["snippet"]["text"]
    assert [text[start:end] for start, end in found["snippet"]["matches"]] == ["Dockers", "Hamburg"]


def test_search_takes_the_filters_of_the_list(client, stored):
    assert _ids(client.get("/v1/search", params={"q": "dockers", "source": "Times"})) == [stored[2]]
    _refused(client.get("/v1/search", params={"q": "dockers", "sauce": "Times"}), 422)
    _refused(client.get("/v1/search"), 422)


def test_importing_the_api_and_searching_by_words_loads_no_engine(services):
    script = (
        "import sys; from fastapi.testclient import TestClient; from api.app import create_app\n"
        "client = TestClient(create_app(), base_url='http://localhost')\n"
        "assert client.get('/v1/search?q=x&how=words').status_code == 200\n"
        "heavy = {'onnxruntime', 'tokenizers', 'torch', 'pyarrow'} & set(sys.modules); assert not heavy, heavy\n"
        "assert client.get('/v1/search?q=x').status_code == 200\n"
        "assert 'onnxruntime' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)


@pytest.fixture
def done(client):
    """An article with all its results."""
    one, other = (add(f"{n}", event_text(0, n), source="Post") for n in range(2))
    link_all([one, other])
    sentences = [{"start": 0, "end": 4, "text": "Rain", "score": 1.0}]
    with transaction() as db:
        rows = [{"article_id": one.article_id, "name": name, "state": State.DONE, "version": 1} for name in Stage]
        db.execute(insert(StageRow), rows)
        db.execute(insert(Summary).values(article_id=one.article_id, version=1, sentences=sentences))
    return one.article_id


@pytest.mark.parametrize("part", ["summary", "entities", "neighbours", "text"])
def test_a_part_is_what_the_whole_article_has(client, done, part):
    whole = client.get(f"/v1/articles/{done}").json()
    answer = client.get(f"/v1/articles/{done}/{part}")
    assert answer.status_code == 200, answer.text
    assert (answer.json() if part == "summary" else answer.json()[part]) == whole[part]


@pytest.mark.parametrize("part", ["summary", "entities", "neighbours", "text"])
def test_a_part_that_is_not_there_yet_says_how_far_it_is(client, part):
    article_id = client.post("/v1/articles", json={"text": "They left at noon."}).json()["articles"][0]["id"]
    assert "ingest is queued" in _refused(client.get(f"/v1/articles/{article_id}/{part}"), 409)["detail"]
    with transaction() as db:
        db.execute(update(StageRow).values(state=State.SKIPPED, reason="too short"))
    assert "skipped: too short" in _refused(client.get(f"/v1/articles/{article_id}/{part}"), 409)["detail"]
    assert "no article 999" in _refused(client.get(f"/v1/articles/999/{part}"), 404)["detail"]


def test_a_failed_part_says_why_and_leaves_the_others_be(client, done):
    with transaction() as db:
        db.execute(
            update(StageRow).where(StageRow.name == Stage.ENTITIES).values(state="failed", reason="no", version=0)
        )
    assert "entities is failed: no" in _refused(client.get(f"/v1/articles/{done}/entities"), 409)["detail"]
    assert client.get(f"/v1/articles/{done}/summary").status_code == 200
