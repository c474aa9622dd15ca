"""Real services in throw-away folders, and one way to wait."""

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from workers.embedded import Postgres, Valkey
from workers.embedded.places import data_home, socket_folder

ROOT = Path(__file__).parents[2]


def _until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until the condition holds; fail the test if it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        select.select([], [], [], 0.02)


@pytest.fixture
def until() -> Callable[..., None]:
    return _until


def _alive_with(text: str) -> list[int]:
    """The processes, zombies excepted, that have `text` in their command line or work in such a folder."""
    found = []
    for proc in Path("/proc").glob("[0-9]*"):
        try:
            seen = proc.joinpath("cmdline").read_bytes().decode() + str(proc.joinpath("cwd").readlink())
            running = proc.joinpath("stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
        except OSError:
            continue
        if running and text in seen and int(proc.name) != os.getpid():
            found.append(int(proc.name))
    return found


@pytest.fixture
def alive_with() -> Callable[[str], list[int]]:
    return _alive_with


def _remove(folder: Path) -> None:
    """Remove a data folder and what services made of it elsewhere, after ending what a test left running."""
    homes = [data_home(folder, name) for name in ("postgres", "valkey")]
    for pid in {pid for home in homes for pid in _alive_with(str(home))}:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    _until(lambda: not any(_alive_with(str(home)) for home in homes))
    sockets = [socket_folder(folder, name) for name in ("postgres", "valkey")]
    for each in (*homes, *sockets, folder):
        shutil.rmtree(each, ignore_errors=True)
    if homes[0].parent != folder and homes[0].parent.exists():
        homes[0].parent.rmdir()


@contextmanager
def _data_folder(below: str, mode: int) -> Iterator[Path]:
    parent = Path(tempfile.mkdtemp(prefix="desk-"))
    parent.chmod(mode)
    yield parent / below
    _remove(parent / below)
    shutil.rmtree(parent)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that root's PostgreSQL user can reach, unlike pytest's own."""
    with _data_folder("data", 0o755) as folder:
        yield folder


@pytest.fixture
def private_folder() -> Iterator[Path]:
    """A data folder that only its owner can reach."""
    with _data_folder("checkout/.data", 0o700) as folder:
        yield folder


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A running PostgreSQL for tests that leave it as it is."""
    with _data_folder("data", 0o755) as folder, Postgres(folder) as server:
        yield server


@pytest.fixture
def run_python() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts `python -c CODE ARGUMENTS..` from the top folder; killed after the test if it still runs."""
    started: list[subprocess.Popen[str]] = []

    def run(code: str, *arguments: object, before: tuple[str, ...] = ()) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [*before, sys.executable, "-c", code, *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def rows(server: Postgres, sql: str) -> list[tuple[object, ...]]:
    """What a statement returns, over a connection of its own."""
    with psycopg.connect(server.client_url, autocommit=True) as db:
        cursor = db.execute(sql)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def query() -> Callable[[Postgres, str], list[tuple[object, ...]]]:
    return rows


@pytest.fixture
def ask() -> Callable[[Valkey, str], str]:
    """Sends Valkey one command, inline, and returns its reply as it came."""

    def ask(server: Valkey, command: str) -> str:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(server.url.removeprefix("redis+socket://"))
            connection.sendall(f"{command}\r\n".encode())
            return connection.recv(4096).decode()

    return ask
