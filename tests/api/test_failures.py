"""Failures, lineage and versions through the API."""

import pytest
from sqlalchemy import func, update

from models.session import session
from models.stage import StageRow, State
from nlp.formats import Document
from tasks.receive import receive


@pytest.fixture
def failed(client):
    """Two articles whose ingest failed."""
    ids = [r.article_id for r in receive([Document("text", "Noon.", title=title) for title in ("One", "Two")])]
    values = {"state": State.FAILED, "reason": "no page at https://a.example/1", "finished_at": func.now()}
    with session() as db:
        db.execute(update(StageRow).values(values))
    return ids


def test_failures_are_grouped_and_a_group_is_queued_again(client, failed):
    (group,) = client.get("/v1/failures").json()["failures"]
    assert (group["reason"], group["count"], group["stage"]) == ("no page at URL", 2, "ingest")
    assert client.get("/v1/failures?stage=summary").json() == {"failures": []}
    assert client.post("/v1/failures/retry", json={"group": group["group"]}).json() == {"queued": 2}
    assert client.get("/v1/failures").json() == {"failures": []}


@pytest.mark.parametrize("body", [{}, {"all": True, "group": "x"}, {"articles": [0]}, {"reason": "\0"}, {"al": True}])
def test_a_retry_that_does_not_say_clearly_what_is_refused(client, failed, body):
    assert client.post("/v1/failures/retry", json=body).status_code == 422


def test_a_deleted_article_is_gone(client, failed):
    assert client.delete(f"/v1/articles/{failed[0]}").status_code == 204
    assert client.get(f"/v1/articles/{failed[0]}").status_code == 404
    assert client.delete(f"/v1/articles/{failed[0]}").status_code == 404
    assert client.get(f"/v1/articles/{failed[1]}").status_code == 200


def test_lineage_says_of_each_stage_what_is_stale(client, failed):
    with session() as db:
        db.execute(
            update(StageRow).values(state=State.DONE, lineage="old", started_at=func.now() - func.make_interval(0))
        )
        db.execute(update(StageRow).values(finished_at=StageRow.started_at + func.make_interval(0, 0, 0, 0, 0, 0, 2)))
    found = {one["stage"]: one for one in client.get("/v1/lineage").json()["stages"]}
    ingest = found["ingest"]
    assert (ingest["done"], ingest["stale"], ingest["made_by"]) == (2, 2, {"old": 2})
    assert ingest["cost"] == {"seconds": 2.0, "worker_seconds": 2.0, "measured": "work"}  # both in one message
    assert len(found["entities"]["today"]) == 1


def test_versions_and_what_changed_between_them(client):
    from tasks.ingest import ingest

    text = "The council met on Monday to hear what the harbour wants to build. " * 5
    for body in (text, f"{text} The mayor left early for the capital in the evening."):
        article_id = receive([Document("text", body, title="Council", url="https://news.example/a")])[0].article_id
        ingest(article_id)
    found = client.get(f"/v1/articles/{article_id}/versions").json()["versions"]
    assert [one["version"] for one in found] == [2, 1]
    changed = client.get(f"/v1/articles/{article_id}/versions/1..2").json()
    assert [part["kind"] for part in changed["parts"]] == ["same", "added"]
    for path in (f"{article_id}/versions/1..3", "99/versions", "99/versions/1..2"):
        assert client.get(f"/v1/articles/{path}").status_code == 404
