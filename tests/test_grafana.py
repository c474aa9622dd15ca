"""The dashboard and the alert rules speak only of metrics and labels that the desk has."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tasks.metrics import Metrics
from workers.metrics import passed, send_counts

GRAFANA = Path(__file__).parents[1] / "docs" / "grafana"
NAME = re.compile(r"\bcopydesk_\w+")
SELECTED = re.compile(r"(copydesk_\w+)\{([^}]*)\}")


def _expressions() -> Iterator[tuple[str, str]]:
    dashboard = json.loads((GRAFANA / "copydesk.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]
    for group in yaml.safe_load((GRAFANA / "alerts.yml").read_text())["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]


@pytest.fixture
def known(desk: Path) -> dict[str, set[str]]:
    """Each name of a sample, with the labels that it may have."""
    passed("an engine", 1, 0.1)
    send_counts(at_once=True)
    found: dict[str, set[str]] = {}
    documented = (GRAFANA.parent / "metrics.md").read_text()
    for family in Metrics().collect():
        assert family.documentation and f"`{family.name}" in documented, f"docs/metrics.md lacks {family.name}"
        endings = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("_total",)}.get(family.type, ("",))
        for ending in endings:
            found[family.name + ending] = set(family._labelnames) | ({"le"} if ending == "_bucket" else set())
    return found | {"copydesk_sweep_age_seconds": set()}  # there once a sweep was made


def test_every_query_names_metrics_and_labels_that_exist(known: dict[str, set[str]]) -> None:
    seen = set()
    for title, expression in _expressions():
        names = set(NAME.findall(expression))
        assert names and names <= set(known), f"{title}: {names - set(known)}"
        for name, selector in SELECTED.findall(expression):
            labels = set(re.findall(r"(\w+)\s*[=!]", selector))
            assert labels <= known[name], f"{title}: {labels - known[name]}"
        seen |= {re.sub("_(bucket|sum|count|total)$", "", name) for name in names}
    unseen = {re.sub("_(bucket|sum|count|total)$", "", name) for name in known} - seen
    assert unseen == set(), "the dashboard shows everything"


def test_each_alert_says_what_is_wrong_and_how_bad_it_is() -> None:
    rules = [
        rule for group in yaml.safe_load((GRAFANA / "alerts.yml").read_text())["groups"] for rule in group["rules"]
    ]
    assert len({rule["alert"] for rule in rules}) == len(rules) > 5
    for rule in rules:
        assert rule["labels"]["severity"] in ("warning", "critical") and rule["annotations"]["summary"] and rule["for"]
