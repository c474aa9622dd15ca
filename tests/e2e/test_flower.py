"""Flower shows what workers do by name, and they do it whether Flower is there or not."""

import base64
import json
import signal
import socket
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from waiting import wait_until

from cli.desk import process
from models.stage import Stage
from nlp.formats import Document
from tasks.queue import TASK
from tasks.receive import receive
from workers.child import Child
from workers.desk import Desk

STORY = (
    "The ferry to Heligoland stayed in port on Friday because of a storm over the German Bight. "
    "Captain Jonas Petersen said that waves of six metres had been measured off Cuxhaven in the morning. "
    "About 300 passengers were taken to hotels in Hamburg, and the line hopes to sail again on Sunday. Part {}."
)


def test_flower_shows_tasks_by_name_and_its_death_changes_nothing(
    workers: Desk, desk: Path, setting: Callable[..., None], ended: Callable[[int], bool]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    setting(flower_port=port, flower_password="a-password-of-ours")
    flower = Child(process("flower"), desk / "logs")
    flower.start()
    sent: list[int] = []
    try:
        wait_until(lambda: _ask(port, "/api/workers?refresh=1") != {}, "Flower knows the workers")

        wait_until(
            lambda: {TASK[stage] for stage in Stage} <= _shown(port, sent, ended),
            "all kinds of tasks are shown as done",
        )
    finally:
        flower.signal(signal.SIGKILL)
        flower.stop()
    for _ in range(5):
        _send(sent)
    articles = len(sent)
    wait_until(lambda: ended(articles), "the workers go on")


def _send(sent: list[int]) -> None:
    sent.append(receive([Document("text", STORY.format(len(sent)))])[0].article_id)


def _shown(port: int, sent: list[int], ended: Callable[[int], bool]) -> set[str]:
    """The tasks that it has seen end. Articles go one after the other: it may have come too late for the first."""
    done = {task["name"] for task in _ask(port, "/api/tasks").values() if task["state"] == "SUCCESS"}
    if not sent or ended(len(sent)):
        _send(sent)
    return done


def _ask(port: int, path: str) -> dict[str, Any]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}")
    request.add_header("Authorization", "Basic " + base64.b64encode(b"copydesk:a-password-of-ours").decode())
    with suppress(OSError), urllib.request.urlopen(request, timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
        return found
    return {}
