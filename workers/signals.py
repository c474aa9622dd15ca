"""Waiting for signals without threads and without polling."""

import os
import select
import signal
from types import FrameType, TracebackType
from typing import Self

STOPPING = frozenset({signal.SIGINT, signal.SIGTERM})
_HEARD = (*STOPPING, signal.SIGCHLD)


class Signals:
    """While entered, SIGINT, SIGTERM and SIGCHLD interrupt nothing: `wait` returns them.

    Python writes each signal's number into a pipe (signal.set_wakeup_fd), which can be waited on.
    Only in the main thread, as Python demands. May be entered again inside itself.
    """

    def __init__(self) -> None:
        self._depth = 0

    def __enter__(self) -> Self:
        self._depth += 1
        if self._depth == 1:
            self._read, self._write = os.pipe()
            os.set_blocking(self._write, False)
            self._wakeup = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
            self._before = {number: signal.signal(number, _nothing) for number in _HEARD}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._depth -= 1
        if self._depth == 0:
            unread = STOPPING.intersection(self.wait(0))
            for number, handler in self._before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(self._wakeup)
            os.close(self._read)
            os.close(self._write)
            for late in unread:  # for whoever handles signals now
                signal.raise_signal(late)

    def wait(self, seconds: float) -> list[int]:
        """The signals that have arrived since the last call; waits this long for the first."""
        if not select.select([self._read], [], [], max(0.0, seconds))[0]:
            return []
        return list(os.read(self._read, 1024))


def _nothing(number: int, frame: FrameType | None) -> None:
    """The pipe has the number already."""
