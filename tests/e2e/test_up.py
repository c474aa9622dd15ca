"""`copydesk up` as a user meets it: started, used, stopped with one Ctrl-C, and killed hard."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from leftovers import remove_desk
from waiting import wait_until

from workers.embedded import Postgres

pytestmark = pytest.mark.timeout(600)

ROOT = Path(__file__).parents[2]
START_SECONDS = 180.0  # eight processes, on a slow machine with another test beside them
STORY = (
    "The ferry to Heligoland stayed in port on Friday because of a storm over the German Bight. "
    "Captain Jonas Petersen said that waves of six metres had been measured off Cuxhaven in the morning. "
    "About 300 passengers were taken to hotels in Hamburg, and the line hopes to sail again on Sunday."
)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Desk:
    """A `copydesk up` in a process of its own."""

    def __init__(self, data: Path) -> None:
        self.api, self.flower = _free_port(), _free_port()
        clean = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
        chosen = {"DATA": data, "PORT": self.api, "FLOWER_PORT": self.flower, "NLP_PROCESSES": 1}
        self.environment = clean | {f"COPYDESK_{name}": str(value) for name, value in chosen.items()}
        self.output = data.parent / "up.log"

    def start(self) -> None:
        with self.output.open("ab") as output:
            command = [sys.executable, "-m", "cli.main", "up"]
            self.process = subprocess.Popen(
                command, env=self.environment, stdout=output, stderr=output, cwd=ROOT, start_new_session=True
            )
        wait_until(self.healthy, f"the desk is up: {self.output.read_text()}", seconds=START_SECONDS)

    def ask(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.api}{path}", data, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)

    def healthy(self) -> bool:
        with suppress(OSError):
            return bool(self.ask("/health")["ok"])
        return False

    def left_over(self) -> list[str]:
        """Processes that still know the data folder by their environment."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if self.environment["COPYDESK_DATA"].encode() in (folder / "environ").read_bytes():
                    found.append((folder / "cmdline").read_text().replace("\0", " "))
        return found


@pytest.fixture(scope="module")
def desk_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One for all, as a desk takes long to start: the test that kills it comes last."""
    data = tmp_path_factory.mktemp("up") / "data"
    desk = Desk(data)
    desk.start()
    yield desk
    if desk.process.poll() is None:
        desk.process.send_signal(signal.SIGINT)
        desk.process.wait(60)
    remove_desk(data)


def test_flower_asks_for_the_password_that_was_printed(desk_up: Desk) -> None:
    printed = re.search(r"copydesk / (\S+)", desk_up.output.read_text())
    assert printed is not None
    address = f"http://127.0.0.1:{desk_up.flower}/"

    def status(password: str) -> int:
        opener = urllib.request.build_opener()
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, address, "copydesk", password)
        opener.add_handler(urllib.request.HTTPBasicAuthHandler(passwords))
        try:
            return int(opener.open(address, timeout=5).status)
        except urllib.error.HTTPError as error:
            return int(error.code)
        except OSError:
            return 0

    wait_until(lambda: status(printed[1]) == 200, "Flower lets its user in")
    assert status("guess") == 401


def test_a_second_desk_on_a_folder_in_use_is_refused_in_one_line_and_disturbs_nothing(desk_up: Desk) -> None:
    sent = desk_up.ask("/v1/articles", [{"title": f"Ferry Sails, Part {n}", "text": STORY} for n in range(20)])
    command = [sys.executable, "-m", "cli.main", "up"]
    second = subprocess.run(
        command, env=desk_up.environment, cwd=ROOT, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL
    )
    assert second.returncode == 2
    [line] = second.stderr.splitlines()
    assert f"in use by process {desk_up.process.pid}" in line and "choose another data folder" in line
    ids = [article["id"] for article in sent["articles"]]
    wait_until(lambda: all(desk_up.ask(f"/v1/articles/{i}")["state"] == "done" for i in ids), "all are done")
    assert desk_up.healthy()


def test_killed_hard_the_next_start_recovers_and_one_interrupt_stops_everything(desk_up: Desk) -> None:
    sent = desk_up.ask("/v1/articles", [{"title": f"Ferry Stays in Port, Part {n}", "text": STORY} for n in range(20)])
    desk_up.process.kill()
    desk_up.process.wait(10)
    wait_until(lambda: not desk_up.left_over(), "the killed desk's processes are gone")

    desk_up.start()
    ids = [article["id"] for article in sent["articles"]]
    wait_until(
        lambda: all(desk_up.ask(f"/v1/articles/{i}")["state"] == "done" for i in ids),
        "what was accepted is done",
        seconds=START_SECONDS,
    )

    desk_up.process.send_signal(signal.SIGINT)
    assert desk_up.process.wait(60) == 0
    assert desk_up.left_over() == []
    assert not Postgres(Path(desk_up.environment["COPYDESK_DATA"])).is_ready()
    with pytest.raises(OSError):
        desk_up.ask("/health")
