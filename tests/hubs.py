"""A hub of our own: as much of its HTTP as its client needs for one checkpoint, `desk/tiny`."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

ROOT = Path(__file__).parents[1]
COMMIT, NEWER = "a" * 40, "b" * 40
NOWHERE = "http://127.0.0.1:1"


class Hub(ThreadingHTTPServer):
    """Serves these files under both commits."""

    newest = COMMIT
    asked = 0  # for the facts of the checkpoint

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.files = files

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    """Facts, the list of files, or a file."""

    server: Hub

    def do_GET(self) -> None:
        commit = self.path.rsplit("/revision/", 1)[-1].split("?")[0]
        if not self.path.startswith(("/api/models/desk/tiny", "/desk/tiny/")):
            self._say(404, b"", {"X-Error-Code": "RepoNotFound"})
        elif "/tree/" in self.path:
            files = [{"type": "file", "path": n, "size": len(b), "oid": "0" * 40} for n, b in self.server.files.items()]
            self._say(200, json.dumps(files).encode())
        elif "/resolve/" in self.path:
            of, _, name = self.path.split("/resolve/")[1].partition("/")
            tag = name.replace("/", "-")
            self._say(200, self.server.files[name], {"ETag": f'"{tag}"', "X-Repo-Commit": of})
        elif commit in (COMMIT, NEWER, "main") or commit == self.path:
            self.server.asked += 1
            sha = commit if len(commit) == 40 else self.server.newest
            siblings = [{"rfilename": name} for name in self.server.files]
            self._say(200, json.dumps({"id": "desk/tiny", "sha": sha, "siblings": siblings}).encode())
        else:
            self._say(404, b"", {"X-Error-Code": "RevisionNotFound"})

    do_HEAD = do_GET

    def _say(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(files: dict[str, bytes]) -> Iterator[Hub]:
    """The hub, as long as it is needed."""
    with Hub(files) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def python(code: str, cache: Path, address: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process whose client of the hub has this address and this cache."""
    own = {"HF_ENDPOINT": address, "HF_HOME": str(cache), "HF_HUB_DISABLE_XET": "1", "PYTHONPATH": str(ROOT)} | settings
    for proxy in ("http_proxy", "https_proxy", "all_proxy"):
        own |= {proxy: "", proxy.upper(): ""}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=os.environ | own, capture_output=True, text=True, check=True)
