"""Memory that a child has freed goes back to the system, also from between what it keeps (glibc only)."""

import ctypes
import sys
import time
from typing import Any

from celery.signals import task_postrun

SECONDS = 1.0  # between two times: it takes a fifth of a millisecond, and what is given back has to be fetched anew

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None
_trim = getattr(_libc, "malloc_trim", None)
_next = 0.0


def trim(**_: Any) -> None:
    """Unless that was done just now; after a task, never within one."""
    global _next
    if _trim is not None and time.monotonic() >= _next:
        _trim(0)
        _next = time.monotonic() + SECONDS


task_postrun.connect(trim)
