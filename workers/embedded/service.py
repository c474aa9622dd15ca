"""What PostgreSQL and Valkey have in common: a locked home, a private socket, a supervised child."""

import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Self

from workers.child import Account, CannotStart, Child, Process
from workers.embedded.account import service_account
from workers.embedded.lock import DeskLock
from workers.embedded.places import data_home, make_home, make_socket_folder, socket_folder

ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}  # nothing of ours: a stray PGDATA would mislead


class Service(ABC):
    """A server in `folder/<name>`, run for this desk alone, on a unix socket only its user can reach."""

    name: ClassVar[str]

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.sockets = socket_folder(self.folder, self.name)
        self._lock = DeskLock(self.folder, self.name)
        self._child: Child | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """Where to reach it, running or not: any process of the same user may ask."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it answers a query, found out by asking one."""

    @abstractmethod
    def _prepare(self, home: Path, account: Account | None) -> Process:
        """Make or mend what is in `home`, end a server left there, and say what to run."""

    def process(self) -> Process:
        """Lock and prepare the data, and return what a Desk has to run.

        Raises CannotStart: FolderInUse when another process has the folder, or with the reason and a remedy.
        """
        self._lock.acquire()
        try:
            account = service_account(data_home(self.folder, self.name))
            home = make_home(self.folder, self.name, account)
            make_socket_folder(self.folder, self.name, account)
            return self._prepare(home, account)
        except OSError as error:
            self._lock.release()
            raise CannotStart(f"{self.name} cannot be started in {self.folder}: {error}") from error
        except BaseException:
            self._lock.release()
            raise

    def start(self) -> str:
        """Start it, wait until it answers, return its URL. Raises CannotStart as `process` does."""
        self._child = Child(self.process(), self.folder / "logs")
        try:
            self._child.start()
            self._child.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self.url

    def stop(self) -> None:
        """Stop it cleanly and unlock its data. Does nothing when it is not running."""
        if self._child is not None:
            self._child.stop()
            self._child = None
            with suppress(OSError):  # not empty after a kill: the next start uses it again
                self.sockets.rmdir()
        self._lock.release()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Poll until the condition holds, five times a second; False if it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True
