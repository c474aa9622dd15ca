"""The API in this process, and as a process of its own where what surrounds it matters."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from api.app import create_app

ROOT = Path(__file__).parents[2]
READY_SECONDS = 30.0


@pytest.fixture
def client(desk: Path) -> TestClient:
    """A client on this machine, over the desk's real database and queue. A bug shows as status 500."""
    return TestClient(create_app(), base_url="http://localhost:8000", raise_server_exceptions=False)


@pytest.fixture
def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        yield int(deaf.getsockname()[1])


@pytest.fixture
def served(closed_port: int) -> Iterator[Callable[..., httpx.Client]]:
    """`copydesk api` with these variables, as a process; gives a client of it. `served.started` has the processes."""
    started: list[subprocess.Popen[bytes]] = []

    def serve(**variables: str) -> httpx.Client:
        environment = os.environ | {"COPYDESK_PORT": str(closed_port), "PYTHONPATH": str(ROOT)} | variables
        command = (sys.executable, "-m", "cli.main", "api")
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.PIPE)
        started.append(process)
        assert process.stderr is not None
        for line in process.stderr:  # until it says that it listens
            if b"running on" in line:
                break
        return httpx.Client(base_url=f"http://127.0.0.1:{closed_port}", timeout=READY_SECONDS, trust_env=False)

    serve.started = started  # type: ignore[attr-defined]
    yield serve
    for process in started:
        process.terminate()
        process.communicate()
