"""The OpenAPI document, and whether the API does as it says, whatever is sent."""

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from api.app import create_app

CONFIG = {
    # Which fields go together is said in words, not in the schema: 422 is a proper answer to what the schema allows.
    "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "404", "422"]}},
    # No worker runs here.
    "operations": [
        {
            "include-path": "/health",
            "checks": {
                "not_a_server_error": {"expected-statuses": ["2xx", "4xx", "503"]},
                "positive_data_acceptance": {"expected-statuses": ["2xx", "503"]},
            },
        }
    ],
}
LOCAL = {"Host": "localhost"}

api = schemathesis.openapi.from_asgi(
    "/openapi.json", create_app(), headers=LOCAL, config=SchemathesisConfig.from_dict(CONFIG)
)


@api.parametrize()
@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_api_keeps_to_its_openapi_document_whatever_is_sent(case, desk):
    case.call_and_validate(headers=LOCAL)
