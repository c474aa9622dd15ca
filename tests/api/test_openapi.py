"""The OpenAPI document, and whether the API does as it says, whatever is sent."""

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from linking import add, event_text, link_all
from marked import tell
from schemathesis.config import SchemathesisConfig

import api.events as api_of_events
from api.app import create_app
from nlp.formats import Document
from tasks.receive import receive

CONFIG = {
    # Which fields go together is said in words, not in the schema: 422 is a proper answer to what the schema allows,
    # and so is 409 of a result that no worker has made yet.
    "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "404", "409", "422"]}},
    # No worker runs here.
    "operations": [
        {
            "include-path-regex": "^/health",
            "checks": {
                "not_a_server_error": {"expected-statuses": ["2xx", "4xx", "503"]},
                "positive_data_acceptance": {"expected-statuses": ["2xx", "503"]},
            },
        }
    ],
}
LOCAL = {"Host": "localhost"}


@schemathesis.serializer("application/x-ndjson")
def lines(_, value):
    """As it is; what is no text, as JSON on one line."""
    return value.encode("utf-8", "replace") if isinstance(value, str) else json.dumps(value).encode()


api = schemathesis.openapi.from_asgi(
    "/openapi.json", create_app(), headers=LOCAL, config=SchemathesisConfig.from_dict(CONFIG)
)


@pytest.fixture(scope="module")
def an_article(services):
    """So that something is found."""
    receive([Document("text", "They left at noon.", title="Dockers walk out", url="https://news.example/story")])
    tell("The {ORG World Food Programme} ({ORG WFP}) met.")
    link_all([add(f"openapi {n}", event_text(0, n), source="Post") for n in range(2)])


@pytest.fixture
def short_streams(monkeypatch):
    """Events of an hour would take an hour."""
    monkeypatch.setattr(api_of_events, "MOST_SECONDS", 0.01)


@api.parametrize()
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_api_keeps_to_its_openapi_document_whatever_is_sent(case, an_article, short_streams):
    case.call_and_validate(headers=LOCAL)


PARTS = ("text", "summary", "entities", "neighbours")
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


@pytest.mark.parametrize(
    ("path", "method", "statuses"),
    [
        (
            "/v1/articles",
            "post",
            {"400", "401", "403", "408", "409", "413", "415", "422", "429", "503"},
        ),
        ("/v1/articles/{article_id}", "get", {"400", "401", "404", "413", "422", "503"}),
        ("/v1/articles", "get", {"400", "401", "413", "422", "503"}),
        *(
            (f"/v1/articles/{{article_id}}/{part}", "get", {"400", "401", "404", "409", "413", "422", "503"})
            for part in PARTS
        ),
        ("/v1/search", "get", {"400", "401", "413", "422", "503"}),
        ("/v1/feed.rss", "get", {"400", "401", "413", "422", "503"}),
        ("/v1/feed.json", "get", {"400", "401", "413", "422", "503"}),
        ("/v1/events", "get", {"400", "401", "413", "422", "503"}),
        ("/v1/export", "get", {"400", "401", "413", "422", "503"}),
        ("/v1/entities", "get", {"400", "401", "413", "422", "503"}),
        ("/v1/entities/{entity_id}", "get", {"400", "401", "404", "413", "422", "503"}),
        ("/v1/entities/{entity_id}/merges/{merge_id}/undo", "post", {"400", "401", "403", "404", "413", "422", "503"}),
        ("/v1/entities/{entity_id}/merges/{merge_id}/redo", "post", {"400", "401", "403", "404", "413", "422", "503"}),
        ("/v1/entities/{entity_id}/not-the-same/{other_id}", "post", {"400", "401", "403", "404", "413", "422", "503"}),
        (
            "/v1/entities/{entity_id}/not-the-same/{other_id}/undo",
            "post",
            {"400", "401", "403", "404", "413", "422", "503"},
        ),
        ("/v1/stories", "get", {"400", "401", "413", "422", "503"}),
        ("/v1/stories/{story_id}", "get", {"400", "401", "404", "413", "422", "503"}),
        ("/v1/articles/{article_id}", "delete", {"400", "401", "403", "404", "413", "422", "503"}),
        ("/v1/articles/{article_id}/versions", "get", {"400", "401", "404", "413", "422", "503"}),
        ("/v1/articles/{article_id}/versions/{old}..{new}", "get", {"400", "401", "404", "413", "422", "503"}),
        ("/v1/failures", "get", {"400", "401", "413", "422", "503"}),
        ("/v1/failures/retry", "post", {"400", "401", "403", "413", "422", "503"}),
        ("/v1/lineage", "get", {"400", "401", "413", "503"}),
        ("/v1/widget", "get", {"400", "401", "404", "413", "422", "503"}),
        ("/v1/feeds", "get", {"400", "401", "413", "422", "503"}),
        ("/v1/feeds", "post", {"400", "401", "403", "413", "422", "503"}),
        ("/v1/feeds/{feed_id}", "get", {"400", "401", "404", "413", "422", "503"}),
        ("/v1/feeds/{feed_id}", "patch", {"400", "401", "403", "404", "413", "422", "503"}),
        ("/v1/feeds/{feed_id}", "delete", {"400", "401", "403", "404", "413", "422", "503"}),
        ("/v1/feeds/{feed_id}/poll", "post", {"400", "401", "403", "404", "413", "422", "503"}),
        ("/v1/webhooks", "get", {"400", "401", "413", "422", "503"}),
        ("/v1/webhooks", "post", {"400", "401", "403", "413", "422", "503"}),
        ("/v1/webhooks/{webhook_id}", "get", {"400", "401", "404", "413", "422", "503"}),
        ("/v1/webhooks/{webhook_id}", "patch", {"400", "401", "403", "404", "413", "422", "503"}),
        ("/v1/webhooks/{webhook_id}", "delete", {"400", "401", "403", "404", "413", "422", "503"}),
        ("/v1/webhooks/{webhook_id}/secret", "post", {"400", "401", "403", "404", "413", "422", "503"}),
        ("/v1/webhooks/{webhook_id}/test", "post", {"400", "401", "403", "404", "413", "422", "503"}),
        ("/v1/webhooks/{webhook_id}/replay", "post", {"400", "401", "403", "404", "413", "422", "503"}),
        ("/v1/webhooks/{webhook_id}/deliveries", "get", {"400", "401", "404", "413", "422", "503"}),
        (
            "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replay",
            "post",
            {"400", "401", "403", "404", "413", "422", "503"},
        ),
        ("/health", "get", {"400", "413"}),
        ("/metrics", "get", {"400", "401", "413"}),
        ("/health/ready", "get", {"400", "413"}),
        ("/health/live", "get", {"400", "413"}),
    ],
)
def test_every_error_is_documented_as_a_problem(path, method, statuses):
    responses = create_app().openapi()["paths"][path][method]["responses"]
    assert {status for status, response in responses.items() if response.get("content") == PROBLEM} == statuses
    assert set(responses) - statuses <= {"200", "201", "202", "204", "304", "503"}


def test_there_is_one_schema_of_a_problem():
    schemas = create_app().openapi()["components"]["schemas"]
    assert {"type", "title", "status", "detail", "errors"} == set(schemas["Problem"]["properties"])
    assert "HTTPValidationError" not in schemas
