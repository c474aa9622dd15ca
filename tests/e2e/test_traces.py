"""One article's trace, from the API's door through real workers to the database, as a real collector gets it."""

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from waiting import wait_until

import tasks.tracing
from cli.desk import process
from config.settings import SettingsError, settings
from workers.desk import Desk

STORY = (
    "The ferry to Heligoland stayed in port on Friday because of a storm over the German Bight. "
    "Captain Jonas Petersen said that waves of six metres had been measured off Cuxhaven in the morning. "
    "About 300 passengers were taken to hotels in Hamburg, and the line hopes to sail again on Sunday."
)
PARENT = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def collected() -> Iterator[tuple[str, list[tuple[str, Span]]]]:
    """The address of an OTLP collector, and the spans it has got, each with the name of its service."""
    spans: list[tuple[str, Span]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                names = {a.key: a.value.string_value for a in resource.resource.attributes}
                spans.extend((names["service.name"], span) for scope in resource.scope_spans for span in scope.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", spans
    server.shutdown()
    server.server_close()


@contextmanager
def _desk(desk: Path, monkeypatch: pytest.MonkeyPatch, port: int, endpoint: str) -> Iterator[httpx.Client]:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
    monkeypatch.setenv("COPYDESK_PORT", str(port))
    monkeypatch.setenv("COPYDESK_NLP_PROCESSES", "1")
    settings.cache_clear()
    with (
        Desk([], desk / "logs", on_event=lambda _name, _what: None) as running,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        for command in (("worker", "ingest"), ("worker", "nlp"), ("api",)):
            running.add(process(*command))
        wait_until(lambda: _is_well(client), "the desk is well", seconds=120)
        yield client
    settings.cache_clear()


def _is_well(client: httpx.Client) -> bool:
    try:
        return client.get("/health", timeout=10).status_code == 200
    except httpx.TransportError:
        return False


def test_a_trace_goes_from_the_door_through_all_stages_to_the_database(
    desk: Path,
    setting: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    free_port: int,
    collected: tuple[str, list[tuple[str, Span]]],
) -> None:
    endpoint, spans = collected

    def ours() -> list[tuple[str, Span]]:
        return [(service, span) for service, span in spans if span.trace_id.hex() == PARENT]

    with _desk(desk, monkeypatch, free_port, endpoint) as client:
        client.post("/v1/articles", json={"text": STORY}, headers={"traceparent": f"00-{PARENT}-00f067aa0ba902b7-01"})
        stages = {f"run/article.{name}" for name in ("ingest", "summarize", "tag_entities", "link_neighbours")}
        wait_until(lambda: stages <= {span.name for _, span in ours()}, "all stages are in the trace")
        wait_until(lambda: "POST /v1/articles" in {span.name for _, span in ours()}, "the door is in the trace")

    by_id = {span.span_id: span for _, span in ours()}
    runs = {span.name: span for _, span in ours() if span.name.startswith("run/")}
    door = next(span for _, span in ours() if span.name == "POST /v1/articles")

    def above(span: Span) -> list[str]:
        return (
            []
            if span.parent_span_id not in by_id
            else [
                by_id[span.parent_span_id].name,
                *above(by_id[span.parent_span_id]),
            ]
        )

    assert "POST /v1/articles" in above(runs["run/article.ingest"])
    for name in stages - {"run/article.ingest"}:
        assert "run/article.ingest" in above(runs[name])
    for span in (door, *runs.values()):
        children = [one for one in by_id.values() if one.parent_span_id == span.span_id]
        assert any(a.key == "db.system" for child in children for a in child.attributes), (
            f"{span.name} asks the database"
        )
    assert {service for service, _ in ours()} == {"copydesk-api", "copydesk-worker"}
    assert not any("Heligoland" in str(span) for _, span in spans), "no text of an article"
    assert not any("health" in span.name for _, span in spans)


def test_without_the_extra_a_process_ends_with_a_line_that_says_what_to_do(
    setting: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    settings.cache_clear()
    assert tasks.tracing.is_wanted()
    monkeypatch.setattr(tasks.tracing, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"pip install 'copydesk\[otel\]'"):
        tasks.tracing.is_wanted()
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT")
    settings.cache_clear()
    assert not tasks.tracing.is_wanted()
