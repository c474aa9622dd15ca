"""Ctrl-C, and a second one, lose nothing: the next run finishes what was accepted."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from leftovers import remove_desk
from waiting import wait_until

from workers.embedded import Postgres

ROOT = Path(__file__).parents[2]
TEXT = (
    "The ferry to Heligoland stayed in port on Friday because of a storm over the German Bight. "
    "Captain Jonas Petersen said that waves of six metres had been measured off Cuxhaven in the morning. "
    "About 300 passengers were taken to hotels in Hamburg, and the line hopes to sail again on Sunday."
)


@pytest.fixture
def desk_of_its_own(tmp_path):
    """Variables for commands with a data folder of their own, and a file of articles."""
    articles = [{"title": f"Ferry Stays in Port, Part {n}", "text": f"{TEXT} {n} more wait."} for n in range(60)]
    (tmp_path / "articles.jsonl").write_text("\n".join(map(json.dumps, articles)))
    clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    yield clean | {"COPYDESK_DATA": str(tmp_path / "data"), "COPYDESK_NLP_PROCESSES": "1"}
    remove_desk(tmp_path / "data")


def _run(environment, tmp_path, *options):
    command = [sys.executable, "-m", "cli.main", "run", *options, str(tmp_path / "articles.jsonl")]
    return subprocess.Popen(
        command, env=environment, cwd=ROOT, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def _accepted(data):
    away = suppress(psycopg.OperationalError, psycopg.errors.UndefinedTable)
    with away, psycopg.connect(Postgres(data).client_url) as db:
        return db.execute("select count(*) from articles").fetchone()[0]
    return 0


def test_interrupted_twice_nothing_is_lost_and_the_next_run_finishes_it(desk_of_its_own, tmp_path):
    run = _run(desk_of_its_own, tmp_path)
    log = tmp_path / "data" / "logs" / "desk.log"
    wait_until(lambda: log.exists() and "nlp starts" in log.read_text(), "the workers are started")
    wait_until(lambda: _accepted(tmp_path / "data") == 60, "articles are accepted, and under way")
    run.send_signal(signal.SIGINT)
    wait_until(lambda: "nlp stops" in log.read_text(), "the workers are asked to stop")
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=120)
    assert run.returncode == 130
    assert b"Traceback" not in err
    assert b"the same command goes on with it" in err

    again = _run(desk_of_its_own, tmp_path, "--json")
    out, err = again.communicate(timeout=170)
    found = json.loads(out)["articles"]
    assert again.returncode == 0, err.decode()
    assert len({article["id"] for article in found}) == 60
    assert {article["state"] for article in found} == {"done"}
