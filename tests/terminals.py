"""What a process says to a terminal of its own."""

import os
from contextlib import suppress


def rest_of(controller: int) -> bytes:
    """All until the process has closed its end; closes ours."""
    said = b""
    with suppress(OSError):  # how Linux says that the other end is closed
        while more := os.read(controller, 10_000):
            said += more
    os.close(controller)
    return said
