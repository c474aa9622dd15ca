"""Traces by OpenTelemetry, from a door through the tasks to the database, when there is somewhere to send them.

A span says who, what and how long: statements without their values, and the numbers of articles.
"""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from celery.concurrency.thread import TaskPool as Threads
from celery.signals import task_prerun, worker_process_init, worker_process_shutdown, worker_ready

from config.settings import SettingsError, settings
from models.session import engine

PARTS = (
    "sdk",
    "exporter.otlp.proto.http",
    "instrumentation.celery",
    "instrumentation.fastapi",
    "instrumentation.sqlalchemy",
)


def is_wanted() -> bool:
    """Whether the settings say where traces go. Raises SettingsError when they do and the extra is not installed."""
    if settings().otlp_endpoint is None:
        return False
    if not (find_spec("opentelemetry") and all(_is_there(f"opentelemetry.{part}") for part in PARTS)):
        raise SettingsError(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but what makes traces is not installed: "
            "`pip install 'copydesk[otel]'`, or unset it."
        )
    return True


def begin(process: str) -> None:
    """From here on, this process makes traces of its tasks, messages and statements, if they are wanted.

    Not before a fork: what sends them is a thread. `process` names the service unless OTEL_SERVICE_NAME does.
    """
    if not is_wanted():
        return
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.celery import CeleryInstrumentor
    from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    class Sending(BatchSpanProcessor):
        """All but statements outside a request or task, such as those of health pages."""

        def on_end(self, span: ReadableSpan) -> None:
            if span.parent is not None or span.kind is not trace.SpanKind.CLIENT:
                super().on_end(span)

    ours = Resource.create({"service.name": f"copydesk-{process}"})
    provider = TracerProvider(resource=ours.merge(OTELResourceDetector().detect()))
    provider.add_span_processor(Sending(OTLPSpanExporter(f"{str(settings().otlp_endpoint).rstrip('/')}/v1/traces")))
    trace.set_tracer_provider(provider)
    CeleryInstrumentor().instrument()  # type: ignore[no-untyped-call]
    # It knows SQLAlchemy to 2.0 by its own word; tests/e2e/test_traces.py sees that its spans are there with 2.1.
    SQLAlchemyInstrumentor().instrument(engine=engine(), skip_dep_check=True)
    task_prerun.connect(_name_articles, weak=False)
    worker_process_shutdown.connect(lambda **_: provider.shutdown(), weak=False)


@worker_process_init.connect
def _in_child(**_: Any) -> None:
    begin("worker")


@worker_ready.connect
def _in_threads(sender: Any, **_: Any) -> None:
    """A worker of threads has no children that begin by themselves."""
    if isinstance(sender.pool, Threads):
        begin("worker")


def _name_articles(args: Sequence[Any], **_: Any) -> None:
    from opentelemetry import trace

    trace.get_current_span().set_attribute("copydesk.articles", list(args))


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # a folder above it is missing
        return False
