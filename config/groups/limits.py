"""Settings: tries, times and sizes."""

from pydantic import Field
from pydantic_settings import BaseSettings


class Limits(BaseSettings):
    """What bounds one article, and when lost work is looked for."""

    attempts: int = Field(5, ge=1, le=100, description="Tries of a stage before it is failed until someone retries it.")
    stage_seconds: int = Field(120, ge=5, description="Longest time for one stage; then it is a failed try.")
    sweep_seconds: int = Field(
        60,
        ge=1,
        description="How often the sweep looks for work that got lost. A worker that shows no sign of life for half of "
        "this counts as dead.",
    )
    lost_seconds: int = Field(
        60,
        ge=1,
        description="Queued work older than this, with nothing in the queue, is lost: longer than a message waits for "
        "the one before it. With `sweep_seconds` or less, nothing waits longer than two sweeps.",
    )
    max_body_bytes: int = Field(16_000_000, ge=1000, description="Largest article accepted, as it arrives.")
    fetch_seconds: int = Field(20, ge=1, description="Longest time to fetch a URL, redirects included.")
    fetch_private: bool = Field(
        False, description="Allow URLs that resolve to private addresses. Only for a desk that reads an intranet."
    )
