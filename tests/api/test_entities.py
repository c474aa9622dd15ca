"""Things across articles over HTTP."""

import pytest
from marked import tell

from models.session import session
from models.stage import Stage, StageRow, State

WFP = "The {ORG World Food Programme} ({ORG WFP}) met."


def _refused(response, status):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    return response.json()["detail"]


@pytest.fixture
def told(client):
    """An article that defines WFP; gives the id of a thing of this name."""
    tell(WFP)
    return lambda name="WFP": client.get("/v1/entities", params={"name": name}).json()["entities"][0]["id"]


def _merges(client, entity_id):
    return {
        merge["rule"]: merge
        for alias in client.get(f"/v1/entities/{entity_id}").json()["aliases"]
        for merge in alias["merges"]
    }


def test_a_thing_is_found_by_name_and_shown_with_its_aliases(client, told):
    page = client.get(f"/v1/entities/{told()}").json()
    assert (page["name"], [alias["name"] for alias in page["aliases"]]) == ("World Food Programme", ["WFP"])
    assert page["aliases"][0]["merges"][0]["evidence"][0]["article_id"] == 1
    assert page["newest"][0]["id"] == 1
    assert page["timeline"]["bars"][0]["mentions"] == 2


def test_the_id_of_an_alias_answers_with_the_thing_and_says_so(client, told):
    root = client.get(f"/v1/entities/{told()}").json()
    alias = root["aliases"][0]["id"]
    page = client.get(f"/v1/entities/{alias}").json()
    assert (page["id"], page["asked"]) == (root["id"], alias)


def test_an_unknown_name_is_an_empty_list_and_an_unknown_id_a_problem(client):
    assert client.get("/v1/entities", params={"name": "Nobody"}).json() == {"entities": []}
    assert "7" in _refused(client.get("/v1/entities/7"), 404)


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 201])
def test_what_can_be_no_name_is_refused(client, name):
    _refused(client.get("/v1/entities", params={"name": name}), 422)
    _refused(client.get("/v1/entities"), 422)


def test_an_undone_merge_stays_undone_with_its_reason_until_it_is_redone(client, told):
    root = told()
    definition = _merges(client, root)["definition"]["id"]
    answer = client.post(f"/v1/entities/{root}/merges/{definition}/undo", json={"why": "another one"}).json()
    assert (answer["holds"], answer["undone_why"]) == ("nowhere", "another one")
    assert [thing["name"] for thing in answer["entities"]] == ["WFP", "World Food Programme"]
    tell(WFP)
    assert told() != root
    answer = client.post(f"/v1/entities/{root}/merges/{definition}/redo").json()
    assert (answer["holds"], answer["undone_at"], len(answer["entities"])) == ("everywhere", None, 1)
    assert told() == root


def test_a_merge_of_other_things_is_not_undone_under_this_one(client, told):
    tell("The {ORG European Union} ({ORG EU}) met.")
    definition = _merges(client, told("EU"))["definition"]["id"]
    _refused(client.post(f"/v1/entities/{told()}/merges/{definition}/undo"), 404)
    _refused(client.post(f"/v1/entities/{told()}/merges/99/undo"), 404)
    _refused(client.post(f"/v1/entities/99/merges/{definition}/undo"), 404)
    _refused(client.post(f"/v1/entities/{told('EU')}/merges/{definition}/undo", json={"why": "a\0b"}), 422)
    assert told("EU") == told("European Union")


def test_two_that_are_marked_as_not_the_same_stay_apart_until_the_mark_is_taken_back(client, told):
    root = told()
    alias = client.get(f"/v1/entities/{root}").json()["aliases"][0]["id"]
    address = f"/v1/entities/{alias}/not-the-same/{root}"
    for _ in range(2):
        assert [thing["id"] for thing in client.post(address).json()["entities"]] == [alias, root]
    tell(WFP)
    assert told() == alias
    assert [thing["id"] for thing in client.get(f"/v1/entities/{alias}").json()["not_the_same"]] == [root]
    assert [thing["id"] for thing in client.post(f"{address}/undo").json()["entities"]] == [root]
    assert told() == root


def test_only_two_known_entities_can_be_marked(client, told):
    assert "itself" in _refused(client.post("/v1/entities/1/not-the-same/1"), 422)
    assert "99" in _refused(client.post("/v1/entities/1/not-the-same/99"), 404)


def test_an_article_shows_the_thing_that_its_name_is_of(client, told):
    other = tell("The {ORG WFP} went home.")
    with session() as db:
        db.add(StageRow(article_id=other, name=Stage.ENTITIES, state=State.DONE, version=1))
    [entity] = client.get(f"/v1/articles/{other}").json()["entities"]
    assert (entity["id"], entity["name"]) == (told(), "World Food Programme")
