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
