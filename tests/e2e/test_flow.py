"""Articles through real worker processes, the real queue and the real database."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from leftovers import remove_desk
from waiting import wait_until

from cli.gather import gather
from models.session import session
from tasks.health import health
from tasks.reading import article_view
from tasks.receive import receive
from tasks.sweep import sweep
from workers.app import app
from workers.desk import Desk

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"


def test_every_sample_is_done_with_all_three_results(workers: Desk, ended: Callable[[int], bool]) -> None:
    found = gather([str(SAMPLES)])
    assert found.refused == []
    ids = [r.article_id for r in receive(found.documents)]
    wait_until(lambda: ended(len(ids)), "all samples are done")
    with session() as db:
        views = [article_view(db, i) for i in ids]
    for view in views:
        assert view is not None and view["state"] == "done"
        assert view["summary"]["sentences"] and view["entities"]
        for sentence in view["summary"]["sentences"]:
            assert view["text"][sentence["start"] : sentence["end"]] == sentence["text"]
    storm = [view for view in views if view and "Storm Maren" in view["title"]]
    related = [[link for link in view["neighbours"] if link["kind"] == "related"] for view in storm]
    linked = [links for links in related if any("Storm Maren" in link["title"] for link in links)]
    assert len(linked) >= 3
    assert all("shared name" in links[0]["why"]["sentence"] for links in linked)


def test_the_desk_is_healthy_with_both_kinds_of_worker(workers: Desk) -> None:
    sweep()  # no clock runs here
    wait_until(lambda: bool(health()["ok"]), "the desk says that it is well")  # a busy worker may miss a ping


def test_a_pickled_message_is_refused_and_the_worker_goes_on(
    workers: Desk, ended: Callable[[int], bool], tmp_path: Path
) -> None:
    trap = tmp_path / "sprung"
    bomb = b"cposix\nsystem\n(S'touch " + str(trap).encode() + b"'\ntR."  # runs a command when it is unpickled
    with app.connection_for_write() as connection:
        app.amqp.Producer(connection).publish(
            bomb, content_type="application/x-python-serialize", content_encoding="binary", routing_key="ingest"
        )
    receive(gather([str(SAMPLES / "dockworkers-walk-out.txt")]).documents)
    wait_until(lambda: ended(1), "the article behind the pickled message is done")
    assert not trap.exists()


def test_run_does_the_whole_job_and_stops_what_it_started(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    environment["COPYDESK_DATA"] = str(tmp_path / "data")
    command = [sys.executable, "-m", "cli.main", "run", "--json", str(SAMPLES / "dockworkers-walk-out.txt")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr
    [article] = json.loads(done.stdout)["articles"]
    assert article["state"] == "done" and article["summary"]["sentences"]
    remove_desk(tmp_path / "data")
    assert str(tmp_path) not in subprocess.run(["ps", "axww"], capture_output=True, text=True).stdout


@pytest.mark.parametrize(("content", "state"), [("Too short to be news.\n", "skipped")])
def test_run_says_why_an_article_was_left_out_and_exits_with_1(
    services: Path, workers: Desk, tmp_path: Path, content: str, state: str
) -> None:
    (tmp_path / "note.txt").write_text(content)
    environment = {**os.environ, "COPYDESK_DATA": str(tmp_path / "data")}
    command = [sys.executable, "-m", "cli.main", "run", str(tmp_path / "note.txt")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 1
    assert state in done.stdout and "at least 40" in " ".join(done.stdout.split())


def test_run_ends_with_everything_done_though_its_worker_is_killed_meanwhile(tmp_path: Path) -> None:
    data = tmp_path / "data"
    clean = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    command = [sys.executable, "-m", "cli.main", "run", "--json", str(SAMPLES)]
    environment = {**clean, "COPYDESK_DATA": str(data)}
    log = data / "logs" / "nlp.log"
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        wait_until(lambda: log.exists() and log.read_text().count("succeeded") > 5, "work is under way")
        workers = [int(p.name) for p in Path("/proc").glob("[0-9]*") if _is_worker_of(p, running.pid)]
        assert len(workers) == 1
        os.kill(workers[0], signal.SIGKILL)
        out, _ = running.communicate(timeout=100)
    remove_desk(data)
    assert running.returncode == 0
    assert {article["state"] for article in json.loads(out)["articles"]} == {"done"}


def _is_worker_of(process: Path, parent: int) -> bool:
    with suppress(OSError):
        child_of = int((process / "stat").read_text().rpartition(")")[2].split()[1])
        return child_of == parent and "nlp@" in (process / "cmdline").read_text()
    return False


def test_run_waits_for_changed_articles_though_their_older_results_are_done(tmp_path: Path) -> None:
    """Known articles, one of them now too short: its older results must not count for the other's new ones."""
    data = tmp_path / "data"
    clean = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    story = (SAMPLES / "lisbon-chart.txt").read_text()
    states = []
    for first, second in ((story, story + "\n\nMore."), ("Now it is short.", story + "\n\nA new end, at last.")):
        lines = [{"url": f"https://a.example/{n}", "text": text} for n, text in enumerate((first, second))]
        (tmp_path / "two.jsonl").write_text("\n".join(map(json.dumps, lines)))
        command = [sys.executable, "-m", "cli.main", "run", "--json", str(tmp_path / "two.jsonl")]
        environment = {**clean, "COPYDESK_DATA": str(data)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT, timeout=100)
        states.append([article["state"] for article in json.loads(done.stdout)["articles"]])
    remove_desk(data)
    assert states == [["done", "done"], ["skipped", "done"]]
