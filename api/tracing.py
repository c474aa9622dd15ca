"""Traces that begin at the API's door."""

from fastapi import FastAPI

from tasks.tracing import begin, is_wanted

NOT_TRACED = "/health,/metrics"  # asked for every few seconds, and about no article


def trace(app: FastAPI) -> None:
    """From here on, each request begins a trace or continues its client's, if traces are wanted."""
    if not is_wanted():
        return
    begin("api")
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor

    FastAPIInstrumentor.instrument_app(app, excluded_urls=NOT_TRACED, exclude_spans=["receive", "send"])
