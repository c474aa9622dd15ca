"""`copydesk failed`, `retry` and `drop`, and stale results in `status` and `reprocess`."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from models.article import Article
from models.lineage import Reported
from models.session import session
from models.stage import StageRow, State
from nlp.formats import Document
from tasks.queue import messages
from tasks.receive import receive

ROOT = Path(__file__).parents[2]


@pytest.fixture
def failed(desk):
    """Three articles whose ingest failed, two of them for one reason; gives their ids."""
    documents = [Document("text", "Noon.", title=title) for title in ("One", "Two", "Three")]
    ids = [r.article_id for r in receive(documents)]
    for i, reason in zip(
        ids, ("no page at https://a.example/1", "no page at https://b.example/2", "no PDF"), strict=True
    ):
        values = {"state": State.FAILED, "reason": reason, "finished_at": func.now()}
        with session() as db:
            db.execute(update(StageRow).where(StageRow.article_id == i).values(values))
    return ids


@pytest.fixture
def old(desk):
    """Two articles whose ingest was done by older rules."""
    ids = [r.article_id for r in receive([Document("text", "Noon.", title=title) for title in ("One", "Two")])]
    values = {"state": State.DONE, "lineage": "old@1", "started_at": func.now(), "finished_at": func.clock_timestamp()}
    with session() as db:
        db.execute(update(StageRow).values(values))
    return ids


def _articles():
    with session() as db:
        return db.scalar(select(func.count()).select_from(Article))


def _group(copydesk):
    return copydesk("failed", "--json").json["failures"][0]["group"]


def test_failures_are_printed_by_what_went_wrong(copydesk, failed):
    said = copydesk("failed")
    assert (said.status, said.out.count("×")) == (0, 2)
    assert "2 × ingest: no page at https://" in said.out
    assert f"articles {failed[2]}\n" in said.out
    assert copydesk("failed", "--stage", "summary").out == "Nothing has failed.\n"


@pytest.mark.parametrize(
    ("how", "queued"), [("--group", 2), ("--reason=PDF", 1), ("--all", 3), ("id", 1), ("--stage=ingest", 3)]
)
def test_a_retry_queues_what_is_meant(copydesk, failed, how, queued):
    said = how if how not in ("--group", "id") else f"--group={_group(copydesk)}" if how == "--group" else failed[0]
    before = messages("ingest")
    assert copydesk("retry", said, "--json").json == {"queued": queued}
    assert messages("ingest") == before + 1
    assert copydesk("retry", said).status == 1  # nothing is left


@pytest.mark.parametrize("arguments", [[], ["1", "--all"], ["--group", "x", "--reason", "y"]])
def test_what_is_not_said_clearly_is_neither_queued_nor_dropped(copydesk, failed, arguments):
    for command in ("retry", "drop"):
        said = copydesk(command, *arguments)
        assert (said.status, said.out) == (2, "")
    assert _articles() == 3


def test_a_drop_without_a_terminal_wants_a_yes(copydesk, failed):
    said = copydesk("drop", "--reason", "no page")
    assert (said.status, _articles()) == (2, 3)
    assert "2 articles" in said.err and "--yes" in said.err
    assert copydesk("drop", "--reason", "no page", "--yes").out == "dropped 2 articles\n"
    assert copydesk("drop", failed[2], "--yes", "--json").json == {"dropped": 1}
    assert copydesk("drop", failed[2], "--yes").status == 1
    assert _articles() == 0


@pytest.mark.parametrize(("typed", "left"), [("no", 3), ("yes", 2)])
def test_a_drop_on_a_terminal_asks(failed, typed, left):
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "cli.main", "drop", str(failed[0])]
    with subprocess.Popen(command, cwd=ROOT, stdin=terminal, stdout=terminal, stderr=terminal) as process:
        os.close(terminal)
        said = b""
        while b"Type yes" not in said:
            said += os.read(controller, 1000)
        os.write(controller, f"{typed}\n".encode())
        process.wait(60)
    os.close(controller)
    assert _articles() == left
    assert process.returncode == (0 if typed == "yes" else 2)


def test_status_says_what_is_stale_what_it_costs_and_how_to_redo_it(copydesk, old):
    said = copydesk("status")
    assert "stale      2 ingest results; redoing them takes about 1 s" in said.out
    assert "copydesk reprocess" in said.out
    lineage = {one["stage"]: one for one in copydesk("status", "--json").json["lineage"]}
    assert (lineage["ingest"]["stale"], lineage["summary"]["stale"]) == (2, 0)


def test_reprocessing_queues_what_is_stale_once(copydesk, old):
    assert "queued 2 ingest again" in copydesk("reprocess").out
    assert messages("ingest.backfill") == 1
    again = copydesk("reprocess")
    assert (again.status, again.out) == (0, "nothing is stale\n")
    assert "redoing    2 ingest results" in copydesk("status").out


def test_reprocessing_warns_where_workers_would_make_it_stale_again(copydesk, old):
    with session() as db:
        db.add(Reported(stage="summary", engine="default", lineages=["other@1"]))
    assert "other settings" not in copydesk("reprocess", "--stage", "ingest").err
    assert "workers make summary by other settings" in copydesk("reprocess").err


def test_reprocessing_can_be_narrowed(copydesk, old):
    assert copydesk("reprocess", "--stage", "summary", "--json").json["queued"] == {"summary": 0}
    assert copydesk("reprocess", "--older-lineage", "other", "--json").json["queued"]["ingest"] == 0
    assert copydesk("reprocess", "--older-lineage", "old@", "--limit", 1, "--json").json["queued"]["ingest"] == 1


def test_all_results_are_reprocessed_up_to_a_moment(copydesk, old):
    assert copydesk("reprocess", "--all", "--before", "2020-01-01", "--json").json["queued"]["ingest"] == 0
    done = copydesk("reprocess", "--all", "--json").json
    assert done["queued"]["ingest"] == 2
    assert done["before"] is not None


@pytest.mark.parametrize("wrong", [["--before", "2020-01-01"], ["--all", "--before", "noon"], ["--stage", "summery"]])
def test_a_wrong_option_of_reprocess_is_told(copydesk, old, wrong):
    said = copydesk("reprocess", *wrong)
    assert (said.status, messages("ingest.backfill")) == (2, 0)
    assert "Traceback" not in said.err


def test_an_interrupt_says_where_it_stopped_and_how_to_go_on(copydesk, old, monkeypatch):
    def interrupted(_stage):
        raise KeyboardInterrupt

    monkeypatch.setattr("tasks.reprocess.BATCH", 1)
    monkeypatch.setattr("cli.reprocess.is_full", interrupted)
    said = copydesk("reprocess")
    assert said.status == 130
    assert "Stopped: 1 queued; the same command goes on with the rest." in said.err
    monkeypatch.setattr("cli.reprocess.is_full", lambda _stage: False)
    assert "queued 1 ingest again" in copydesk("reprocess").out
