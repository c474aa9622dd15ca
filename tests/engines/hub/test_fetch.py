"""A name of the hub becomes one commit, asked once and kept, and a folder of this machine. The hub here is our own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from config.engines import Source
from workers.engines.hub.fetch import pinned
from workers.engines.hub.folder import Unfit

ROOT = Path(__file__).parents[3]
COMMIT, NEWER = "a" * 40, "b" * 40
FILES = {"config.json": b"{}", "model.safetensors": b"weights", "pytorch_model.bin": b"pickle", "modeling.py": b"code"}


class Hub(ThreadingHTTPServer):
    """As much of the hub's HTTP as its client needs for one checkpoint, `desk/tiny`."""

    newest = COMMIT
    asked = 0


class Answers(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        """Facts, the list of files, or a file."""
        commit = self.path.rsplit("/revision/", 1)[-1].split("?")[0]
        files = [
            {"type": "file", "path": name, "size": len(body), "oid": f"{n:040x}"}
            for n, (name, body) in enumerate(FILES.items())
        ]
        if not self.path.startswith(("/api/models/desk/tiny", "/desk/tiny/")):
            self._say(404, b"", {"X-Error-Code": "RepoNotFound"})
        elif "/tree/" in self.path:
            self._say(200, json.dumps(files).encode())
        elif "/resolve/" in self.path:
            name = self.path.split("/resolve/")[1].partition("/")[2]
            facts = {"ETag": f'"{name}"', "X-Repo-Commit": self.path.split("/")[4]}
            self._say(200, FILES[name], facts)
        elif commit in (COMMIT, NEWER, "main") or commit == self.path:
            self.server.asked += 1
            sha = commit if len(commit) == 40 else self.server.newest
            siblings = [{"rfilename": name} for name in FILES]
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


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub(("127.0.0.1", 0), Answers) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def call(function: str, name: str, folder: Path, endpoint: str) -> subprocess.CompletedProcess[str]:
    """`fetched` or `kept`, in a process whose client of the hub has this address and an empty cache of its own."""
    code = (
        "import sys; from pathlib import Path; from config.engines import source; "
        f"from workers.engines.hub.fetch import {function} as get; from workers.engines.hub.folder import Unfit\n"
        f"try: print(get(source({name!r}), Path({str(folder / 'pins')!r})))\nexcept Unfit as problem: print(problem)"
    )
    own = {
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(folder / "cache"),
        "HF_HUB_DISABLE_XET": "1",
        "PYTHONPATH": str(ROOT),
    }
    for proxy in ("http_proxy", "https_proxy", "all_proxy"):
        own |= {proxy: "", proxy.upper(): ""}
    return subprocess.run(
        [sys.executable, "-c", code], env=os.environ | own, capture_output=True, text=True, check=True
    )


def address(hub: Hub) -> str:
    return f"http://127.0.0.1:{hub.server_port}"


def test_the_newest_commit_is_asked_for_once_and_then_kept(hub, tmp_path):
    first = call("fetched", "hub:desk/tiny", tmp_path, address(hub))
    assert f"hub:desk/tiny is pinned to hub:desk/tiny@{COMMIT} from now on" in first.stderr
    hub.newest = NEWER
    again = call("fetched", "hub:desk/tiny", tmp_path, address(hub))
    assert again.stdout == first.stdout and COMMIT in again.stdout and "pinned" not in again.stderr


def test_nothing_is_downloaded_that_could_be_code(hub, tmp_path):
    folder = Path(call("fetched", f"hub:desk/tiny@{COMMIT}", tmp_path, address(hub)).stdout.strip())
    assert sorted(file.name for file in folder.iterdir()) == ["config.json", "model.safetensors"]
    assert (folder / "model.safetensors").read_bytes() == b"weights"


def test_what_is_on_this_machine_needs_no_network(hub, tmp_path):
    there = call("fetched", "hub:desk/tiny@main", tmp_path, address(hub)).stdout
    nowhere = "http://127.0.0.1:1"
    asked = hub.asked
    assert call("kept", "hub:desk/tiny@main", tmp_path, address(hub)).stdout == there
    assert hub.asked == asked
    assert call("kept", "hub:desk/tiny@main", tmp_path, nowhere).stdout == there
    assert call("fetched", "hub:desk/tiny@main", tmp_path, nowhere).stdout == there


@pytest.mark.parametrize("function", ["fetched", "kept"])
@pytest.mark.parametrize("revision", ["", f"@{COMMIT}"])
def test_without_a_network_what_is_not_here_is_refused(tmp_path, function, revision):
    said = call(function, f"hub:desk/tiny{revision}", tmp_path, "http://127.0.0.1:1").stdout
    assert said.count("\n") == 1
    assert "cannot be had from the hub" in said or "it was never downloaded" in said


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("hub:desk/other", "the hub knows no such name, or it is private and HF_TOKEN is not set"),
        ("hub:desk/tiny@v9", "the hub knows it, but not that revision"),
    ],
)
def test_what_the_hub_does_not_know_is_told(hub, tmp_path, name, what):
    assert call("fetched", name, tmp_path, address(hub)).stdout.startswith(what)


def test_two_that_ask_at_once_keep_what_the_first_was_told(tmp_path):
    source = Source("hub", "desk/tiny")

    def late(_: Source) -> str:
        pinned(source, tmp_path, lambda _: COMMIT)  # another process, meanwhile
        return NEWER

    assert pinned(source, tmp_path, late).revision == COMMIT
    assert [file.name for file in tmp_path.iterdir()] == ["desk--tiny@newest"]


def test_a_commit_and_a_folder_are_pinned_already(tmp_path):
    def unasked(_: Source) -> str:
        raise Unfit("asked")

    for source in (Source("hub", "desk/tiny", COMMIT), Source("path", "/models/tiny")):
        assert pinned(source, tmp_path, unasked) == source
