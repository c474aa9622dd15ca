"""Settings: the worker processes."""

import os
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings


class Workers(BaseSettings):
    """How many, and of what pool."""

    ingest_processes: int = Field(
        1, ge=1, le=256, description="Children of the ingest worker; 1 feeds about 8 cores of nlp."
    )
    nlp_processes: int = Field(
        default_factory=lambda: (
            len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        ),
        ge=1,
        le=1024,
        description="Children of the nlp worker: one per core, since each runs its engines on one thread.",
    )
    nlp_pool: Literal["auto", "prefork", "threads"] = Field(
        "auto",
        description="How an nlp worker shares its work: `prefork` loads engines in each child; `threads` loads them "
        "once, and articles share a forward pass, which pays on a GPU only; `auto` chooses by that.",
    )
    nlp_threads: int = Field(
        16, ge=1, le=20, description="Threads of an nlp worker with `threads`; each may hold a database connection."
    )
