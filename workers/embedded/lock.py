"""One owner at a time for a data folder."""

import fcntl
import os
from pathlib import Path

from workers.child import CannotStart


class FolderInUse(CannotStart):
    """Another process holds the data folder."""


class DeskLock:
    """An flock on `folder/<name>.lock`, which the kernel drops when its holder dies, however it dies.

    The file's content only names the holder for the error message; it is never believed.
    """

    def __init__(self, folder: Path, name: str = "desk") -> None:
        self._folder = folder
        self._path = folder / f"{name}.lock"
        self._file: int | None = None

    def acquire(self) -> None:
        """Take the lock; nothing happens if this object has it.

        Raises FolderInUse, naming the holder, and CannotStart if the folder cannot be written.
        """
        if self._file is not None:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise CannotStart(f"{self._folder} cannot hold data: {error}. Choose another data folder.") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(file, 32).decode(errors="replace").strip() or "unknown"
            os.close(file)
            raise FolderInUse(
                f"{self._folder} is in use by process {holder}. Stop that one, or choose another data folder."
            ) from error
        os.truncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        self._file = file

    def release(self) -> None:
        """Give the lock back. The file stays: removing it would let two processes lock two files of one name."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> "DeskLock":
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
