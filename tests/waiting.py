"""One way to wait in tests: for a condition, never for a time."""

import time
from collections.abc import Callable

import pytest

WAIT_SECONDS = 60.0
LOOK_SECONDS = 0.05


def wait_until(condition: Callable[[], bool], what: str, seconds: float = WAIT_SECONDS) -> None:
    """Poll until the condition holds; the test fails, saying what it waited for, when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds:.0f} s in vain: {what}")
        time.sleep(LOOK_SECONDS)
