"""Settings: what is seen of the desk from outside."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings


class Seen(BaseSettings):
    """Logs, health and traces."""

    log_format: Literal["text", "json"] = Field(
        "text", description="Log lines for people, or one JSON object a line for what collects logs."
    )
    log_level: Literal["info", "warning", "error"] = Field(
        "info", description="The least that is logged; `warning` leaves out the line for each API request."
    )
    stuck_seconds: int = Field(
        300,
        ge=10,
        description="Work that waits this long while nothing is finished makes `/health` fail: longer than the slowest "
        "article takes with your engines, and than a restart of the workers.",
    )
    otlp_endpoint: str | None = Field(
        None,
        validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        pattern="^https?://",
        description="Where traces go, such as http://localhost:4318 (OTLP over HTTP), with the extra `otel`; unset: "
        "none are made. Headers, sampling and the like go by OpenTelemetry's own variables.",
    )
