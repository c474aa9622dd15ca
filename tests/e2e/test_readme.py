"""Every command of the README, run in its order as a reader would."""

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from leftovers import remove_desk
from waiting import wait_until

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
ELSEWHERE = {"make test": "runs this", "docker": "has no engine here; tests/test_compose.py starts what it would"}
PORTS = ("8000", "5555")


@pytest.fixture
def reader(tmp_path: Path) -> Iterator["Reader"]:
    """Someone in a checkout, with the command line at hand."""
    found = Reader(tmp_path)
    yield found
    found.leave()


class Reader:
    """Runs a block as the shell would, `copydesk up` in a terminal of its own."""

    def __init__(self, folder: Path) -> None:
        self.checkout, data = folder / "checkout", folder / "data"
        self.checkout.mkdir()
        for entry in ROOT.iterdir():
            if entry.name not in (".git", ".data"):
                (self.checkout / entry.name).symlink_to(entry)
        self.ports = {port: str(_free()) for port in PORTS}
        clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        path = os.pathsep.join([str(ROOT / ".venv" / "bin"), clean["PATH"]])
        ours = {"PORT": self.ports["8000"], "FLOWER_PORT": self.ports["5555"], "DATA": str(data)}
        self.environment = clean | {f"COPYDESK_{name}": value for name, value in ours.items()} | {"PATH": path}
        self.data = data
        self.up: subprocess.Popen[bytes] | None = None

    def run(self, block: str) -> None:
        for written, chosen in self.ports.items():
            block = block.replace(f":{written}", f":{chosen}")
        lines = [line for line in block.splitlines() if not line.startswith(tuple(ELSEWHERE))]
        if lines == ["copydesk up"]:
            self.up = subprocess.Popen(lines[0].split(), cwd=self.checkout, env=self.environment)
            wait_until(self._answers, "the desk is up", seconds=180)
        elif lines:
            self._shell("\n".join(lines))

    def _shell(self, lines: str) -> None:
        command = ["bash", "-euo", "pipefail", "-c", lines]
        done = subprocess.run(
            command, cwd=self.checkout, env=self.environment, capture_output=True, text=True, timeout=150
        )
        assert done.returncode == 0, f"{lines}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", int(self.ports["8000"]))) == 0

    def leave(self) -> None:
        if self.up is not None:
            self.up.send_signal(signal.SIGINT)
            assert self.up.wait(60) == 0
        remove_desk(self.data)


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_every_block_of_commands_is_one_that_a_reader_can_run() -> None:
    fences = re.findall(r"^```(\w*)$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(BLOCKS) >= 5 and fences.count("sh") == len(BLOCKS)
    commands = [line.split()[0] for block in BLOCKS for line in block.splitlines()]
    assert {"make", "copydesk", "curl"} <= set(commands)


@pytest.mark.timeout(600)
def test_the_commands_of_the_readme_do_what_they_say(reader: Reader) -> None:
    for block in BLOCKS:
        reader.run(block)
