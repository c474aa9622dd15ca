"""The supervisor of `copydesk up`: starts processes in order, revives them, and stops them in reverse.

It knows nothing of Celery, the API or Flower beyond what to run: `cli` passes the list.
"""

import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import Self

from workers.child import CannotStart, Child, Process
from workers.kept import Kept, Patience
from workers.logs import rotate
from workers.signals import STOPPING, Signals

__all__ = ["CannotStart", "Desk", "Patience", "Process"]

_TICK = 0.2  # seconds between looks at what no signal announces: readiness, log files
_IDLE = 60.0  # seconds between looks when nothing is expected; logs are rotated then


class Desk:
    """Runs the processes until a signal; from the main thread only.

    `on_event(name, what)` is told what happens to whom; `echo(name, line)`, if given, each line they print.
    """

    def __init__(
        self,
        processes: Iterable[Process],
        logs: Path,
        *,
        on_event: Callable[[str, str], None],
        echo: Callable[[str, str], None] | None = None,
        patience: Patience = Patience(),
    ) -> None:
        self._waiting = list(processes)
        self._logs = logs
        self._on_event = on_event
        self._echo = echo
        self._patience = patience
        self._kept: list[Kept] = []
        self._signals = Signals()

    def start(self) -> None:
        """Start all, in order, each once the one before is ready.

        If one cannot start, or a signal asks to stop, the others are stopped again first.
        Raises CannotStart with the reason, or SystemExit (128 + signal) as shells expect. Until
        `stop`, SIGTERM raises SystemExit just as SIGINT raises KeyboardInterrupt, so that work in
        the foreground ends in a clean stop.
        """
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, _leave)
        self._logs.mkdir(parents=True, exist_ok=True)  # `on_event` may write there, too
        with self._signals:
            while self._waiting:
                self._bring_up(self._waiting.pop(0))

    def add(self, process: Process) -> None:
        """Start one more, after the others. Raises as `start` does."""
        self._waiting.append(process)
        self.start()

    def run_until_signal(self) -> int:
        """Keep all running until SIGINT or SIGTERM, then stop them.

        Returns the exit status: 0, or 1 when a process died too often to be revived again. The
        event ("desk", "runs") says that a signal from now on stops all in order.
        """
        with self._signals:
            try:
                self._on_event("desk", "runs")
                while self.tend():
                    if STOPPING.intersection(self._signals.wait(self._next_look())):
                        return 0
                    self._report_lines()
                return 1
            finally:
                self.stop()

    def stop(self) -> None:
        """Stop all: workers and doors together, then the services in reverse order, one at a time.

        A signal meanwhile kills the workers and doors; queued work is safe, as it is acknowledged
        late. Services are never hurried.
        """
        with self._signals:
            self._stop_together([kept for kept in reversed(self._kept) if not kept.child.process.service])
            for kept in reversed(self._kept):
                self._stop_together([kept])
            self._kept.clear()
        if signal.getsignal(signal.SIGTERM) is _leave:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def pids(self) -> dict[str, int]:
        """The processes it looks after, by name; the last known id of one that is about to be revived."""
        return {kept.name: kept.child.pid for kept in self._kept if kept.child.pid is not None}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _bring_up(self, process: Process) -> None:
        child = Child(process, self._logs)
        kept = Kept(child)
        self._kept.append(kept)
        self._on_event(process.name, "starts")
        try:
            kept.start()
            self._await_ready(kept)
        except BaseException:
            self.stop()
            raise

    def _await_ready(self, kept: Kept) -> None:
        deadline, pause, ready = kept.started + kept.child.process.patience, 0.01, False
        while not ready:
            ready = kept.child.is_ready()
            stopping = STOPPING.intersection(self._signals.wait(0 if ready else pause))
            if stopping:
                raise SystemExit(128 + min(stopping))
            if not ready and time.monotonic() > deadline:
                raise CannotStart(kept.child.story(f"was not ready after {kept.child.process.patience:.0f} seconds"))
            self._report_lines()
            pause = min(pause * 1.5, _TICK)

    def tend(self) -> bool:
        """Start again those that are due, note those that have died. False: one has died too often."""
        for kept in self._kept:
            if kept.due is None:
                if kept.child.exit_status() is not None and not self._note_death(kept):
                    return False
            elif time.monotonic() >= kept.due:
                self._on_event(kept.name, "starts again")
                kept.start()
        return True

    def _note_death(self, kept: Kept) -> bool:
        pause = kept.note_death(self._patience)
        what = f"ended (exit status {kept.child.exit_status()})"
        if pause is None:
            self._on_event(kept.name, kept.child.story(f"{what} {kept.quick_deaths} times in a row: giving up"))
            return False
        self._on_event(kept.name, f"{what}; starts again in {pause:.0f} s")
        return True

    def _next_look(self) -> float:
        """Seconds until there may be something to do that no signal announces."""
        due = [kept.due - time.monotonic() for kept in self._kept if kept.due is not None]
        return min([*due, _TICK if self._echo else _IDLE])

    def _stop_together(self, those: list[Kept]) -> None:
        for kept in those:
            if kept.child.exit_status() is None:
                self._on_event(kept.name, "stops")
                kept.child.signal(kept.child.process.stop_signal)
        asked = time.monotonic()
        while left := [kept for kept in those if kept.child.exit_status() is None]:
            hurry = bool(STOPPING.intersection(self._signals.wait(_TICK)))
            self._report_lines()
            for kept in left:
                process = kept.child.process
                if (hurry and not process.service) or time.monotonic() - asked > process.grace:
                    self._on_event(kept.name, "is killed")
                    kept.child.kill()
        self._report_lines()

    def _report_lines(self) -> None:
        for kept in self._kept:
            for line in kept.follower.lines() if self._echo else ():
                assert self._echo is not None
                self._echo(kept.name, line)
            rotate(kept.child.log)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
