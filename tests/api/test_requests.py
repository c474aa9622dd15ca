"""Request ids and the access log."""

import json
import logging

import pytest


@pytest.mark.parametrize("given", ["4bf92f35-77b3", "a" * 64])
def test_a_request_keeps_the_id_that_its_client_gave(client, given):
    assert client.get("/health/live", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "a" * 65, "two words", "{}", "naïve"])
def test_an_id_that_does_not_belong_into_logs_is_replaced(client, given):
    made = client.get("/health/live", headers={"X-Request-ID": given.encode()}).headers["X-Request-ID"]
    assert made != given and len(made) == 16


def test_what_the_guard_refuses_has_an_id_and_a_line_as_well(client, caplog):
    with caplog.at_level(logging.INFO, logger="api.requests"):
        answer = client.get("/v1/articles/7?token=hunter2", headers={"Host": "evil.example", "X-Request-ID": "r1"})
    assert (answer.status_code, answer.headers["X-Request-ID"]) == (400, "r1")
    (line,) = [record for record in caplog.records if record.name == "api.requests"]
    assert {name: line.facts[name] for name in ("method", "path", "status")} == {
        "method": "GET",
        "path": "/v1/articles/7",
        "status": 400,
    }
    assert "hunter2" not in line.getMessage() + str(line.facts)


def test_a_path_with_line_ends_stays_one_line(client, caplog):
    with caplog.at_level(logging.INFO, logger="api.requests"):
        client.get("/%0AFORGED")
    assert "\n" not in caplog.records[-1].getMessage() + json.loads(json.dumps(caplog.records[-1].facts["path"]))
