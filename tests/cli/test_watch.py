"""`copydesk watch`: live on a terminal until q, and lines of JSON elsewhere."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, update
from terminals import rest_of

from cli.watch import sparkline
from models.session import session
from models.stage import StageRow, State
from nlp.formats import Document
from tasks.receive import receive

ROOT = Path(__file__).parents[2]


@pytest.fixture
def busy(desk):
    """An article that is done and one that waits, in ingest."""
    receive([Document("text", "Noon.", title=title) for title in ("One", "Two")])
    done = {"state": State.DONE, "finished_at": func.now()}
    with session() as db:
        db.execute(update(StageRow).where(StageRow.article_id == 1).values(done))


def test_elsewhere_each_look_is_a_line_of_json(copydesk, busy):
    said = copydesk("watch", "--times", 2, "--interval", 0.1)
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert (said.status, len(lines)) == (0, 2)
    for line in lines:
        ingest = line["stages"]["ingest"]
        assert (ingest["queued"], ingest["done"], ingest["per_second"]) == (1, 1, pytest.approx(1 / 300, abs=1e-3))
        assert sum(ingest["history"]) > 0
        assert line["queues"] == {"ingest": 2, "nlp": 0, "ingest.backfill": 0, "nlp.backfill": 0}
        assert (line["missing_workers"], line["failures"]) == (["ingest", "nlp"], [])
        assert line["oldest_pending_seconds"] >= 0


def test_a_database_that_goes_away_is_shown_and_watching_goes_on(process, busy):
    watching = process("watch", "--times", "2", "--interval", "0.1", DATABASE_URL="postgresql://nobody@127.0.0.1:1/no")
    out, err = watching.communicate(timeout=60)
    lines = [json.loads(line) for line in out.splitlines()]
    assert (watching.returncode, err, len(lines)) == (0, b"", 2)
    assert "DATABASE_URL" in lines[0]["problems"][0]
    assert lines[0]["queues"]["ingest"] == 2


@pytest.mark.parametrize("key", [b"q", b"\x03"])
def test_on_a_terminal_it_is_live_until_a_key(busy, key):
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "cli.main", "watch", "--interval", "30"]
    environment = os.environ | {"COLUMNS": "120", "LINES": "40", "TERM": "xterm"}
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        preexec_fn=_own_terminal,
    )
    os.close(terminal)
    said = b""
    while b"q leaves" not in said:
        said += os.read(controller, 10_000)
    os.write(controller, key)
    said += rest_of(controller)
    assert process.wait(60) == 0
    text = said.decode()
    assert "per second" in text and "missing: ingest, nlp" in text and "█" in text
    assert "Traceback" not in text
    assert "\x1b[?1049l" in text  # the screen is given back


def _own_terminal():
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_a_sparkline_shows_what_is_above_nothing_and_fills_the_highest():
    assert sparkline([0, 0.001, 4, 8]) == " ▁▄█"
    assert sparkline([0, 0]) == "  "
