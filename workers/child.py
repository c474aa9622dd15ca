"""One supervised child process: started in its own process group, dying with us, stopped within a grace time."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypedDict

from workers.logs import last_lines, rotate

_PR_SET_PDEATHSIG = 1  # prctl(2)
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded here: a forked child must not import

# What a log says, and what its reader can do about it.
_REMEDIES = {
    "No space left on device": "The disk is full: free some space and start again.",
    "Cannot allocate memory": "There is too little memory: stop other programs and start again.",
    "Read-only file system": "The folder is on a read-only disk: choose another data folder.",
    "Permission denied": "Something is closed to the user who starts Copydesk: give that user the file named above.",
}


class CannotStart(Exception):
    """Something cannot be started; the message says why and what the user can do."""


@dataclass(frozen=True)
class Account:
    """The user a child runs as, when root must not run it."""

    uid: int
    gid: int


class AccountArguments(TypedDict):
    """The arguments of `subprocess` that set the user."""

    user: int | None
    group: int | None
    extra_groups: list[int] | None


def as_account(account: Account | None) -> AccountArguments:
    """Arguments for `subprocess` to run something as this account, without our own further groups."""
    if account is None:
        return {"user": None, "group": None, "extra_groups": None}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


@dataclass(frozen=True)
class Process:
    """What to run, and how to treat it. `env` is the child's whole environment."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    stop_signal: int = signal.SIGTERM
    grace: float = 30.0  # seconds between `stop_signal` and SIGKILL
    ready: Callable[[], bool] | None = None  # None: ready as soon as it runs
    patience: float = 60.0  # seconds until `ready` must have said yes
    cwd: Path | None = None
    account: Account | None = None  # None: our own
    service: bool = False  # others lean on it: stopped after them, one at a time, and never hurried

    @property
    def death_signal(self) -> int:
        """What it gets when we die hard: a service stops cleanly; a worker would wait for ever for its broker."""
        return self.stop_signal if self.service else signal.SIGKILL


def die_with_parent(number: int, parent: int) -> None:
    """Ask the kernel to send us signal `number` when the thread that created us ends (Linux only).

    `parent` is that process's id: should it have died before we could ask, we go at once.
    """
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os.kill(os.getpid(), number)


class Child:
    """A running (or not yet, or no longer running) process, its output going to `logs/<name>.log`."""

    def __init__(self, process: Process, logs: Path) -> None:
        self.process = process
        self.log = logs / f"{process.name}.log"
        self._popen: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        return self._popen.pid if self._popen else None

    def start(self) -> None:
        """Start the process, again if it has ended.

        Only from the main thread: the death signal follows the thread that forks, not the process.
        Raises CannotStart when there is no such program or its log cannot be written.
        """
        assert threading.current_thread() is threading.main_thread(), "children start in the main thread"
        try:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            rotate(self.log)
            with self.log.open("ab") as output:
                self._log_start = output.tell()
                self._popen = self._spawn(output.fileno())
        except OSError as error:
            raise CannotStart(f"{self.process.name} cannot be started: {error}.{_remedy(str(error))}") from error

    def _spawn(self, output: int) -> "subprocess.Popen[bytes]":
        process = self.process
        return subprocess.Popen(
            process.argv,
            env=dict(process.env),
            cwd=process.cwd,
            stdin=subprocess.DEVNULL,  # a background group that reads the terminal would be suspended
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,  # so that Ctrl-C reaches only the supervisor
            # Runs after the change of user, which would clear the death signal; safe, as children start before threads.
            preexec_fn=partial(die_with_parent, process.death_signal, os.getpid()),
            **as_account(process.account),
        )

    def exit_status(self) -> int | None:
        """None while it runs; once it has ended, its status (negative: the signal), its group cleared."""
        if self._popen is None:
            return 0
        known = self._popen.returncode
        status = self._popen.poll()
        if known is None and status is not None:
            self._signal_group(signal.SIGKILL)  # children it left behind
        return status

    def wait_ready(self) -> None:
        """Return once the process is ready. Raises CannotStart, quoting its log, if it ends or takes too long."""
        deadline, pause = time.monotonic() + self.process.patience, 0.01
        while not self.is_ready():
            if time.monotonic() > deadline:
                raise CannotStart(self.story(f"was not ready after {self.process.patience:.0f} seconds"))
            time.sleep(pause)
            pause = min(pause * 1.5, 0.2)

    def is_ready(self) -> bool:
        """Whether it answers. Raises CannotStart, quoting its log, if it has ended."""
        status = self.exit_status()
        if status is not None:
            raise CannotStart(self.story(f"did not start (exit status {status})"))
        return self.process.ready is None or self.process.ready()

    def signal(self, number: int) -> None:
        """Send a signal to the process itself, if it still runs."""
        if self._popen is not None:
            self._popen.send_signal(number)

    def kill(self) -> None:
        """End the process and its whole group at once."""
        if self.exit_status() is None:
            self._signal_group(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to stop, wait for its grace time, then kill its group. Does nothing when it is not running."""
        if self._popen is None:
            return
        self.signal(self.process.stop_signal)
        try:
            self._popen.wait(self.process.grace)
        except subprocess.TimeoutExpired:
            self.kill()
            self._popen.wait()
        self._signal_group(signal.SIGKILL)

    def _signal_group(self, number: int) -> None:
        assert self._popen is not None
        with suppress(ProcessLookupError, PermissionError):  # nobody left; macOS says the latter of a dead group
            os.killpg(self._popen.pid, number)

    def story(self, what: str) -> str:
        """A sentence on what happened to it, the end of its log, and a remedy when the log suggests one."""
        return quoting(f"{self.process.name} {what}. {self.log} says:", last_lines(self.log, start=self._log_start))


def quoting(sentence: str, lines: Iterable[str]) -> str:
    """The sentence, the quoted lines, and what to do about them if they name a known trouble."""
    told = "".join(f"\n  {line}" for line in lines) or " nothing"
    return sentence + told + _remedy(told)


def _remedy(text: str) -> str:
    return next((f"\n{remedy}" for symptom, remedy in _REMEDIES.items() if symptom in text), "")
