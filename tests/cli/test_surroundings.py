"""How commands end when the services are away, the settings wrong, or nobody reads what they print."""

import subprocess

import pytest
from sqlalchemy import update

from models.article import Article
from models.session import session
from nlp.formats import Document
from tasks.receive import receive

NOWHERE = "postgresql://copydesk@127.0.0.1:1/copydesk"


def ending(process: "subprocess.Popen[bytes]") -> tuple[int, str]:
    """The exit status, and standard error, of which no line may be a traceback's."""
    _, err = process.communicate(timeout=60)
    assert b"Traceback" not in err and b"Exception" not in err, err.decode()
    return process.returncode, err.decode()


@pytest.mark.parametrize("command", ["status", "status --json", "show 1", "add story.txt", "migrate", "api", "beat"])
def test_without_a_desk_a_command_says_how_to_start_one(process, tmp_path, command):
    (tmp_path / "story.txt").write_text("They left at noon.")
    alone = {"COPYDESK_DATA": str(tmp_path), "DATABASE_URL": None, "REDIS_URL": None}
    status, err = ending(process(*command.split(), cwd=tmp_path, **alone))
    assert (status, err.count("\n")) == (2, 1)
    assert err.startswith("copydesk: No ")
    assert "`copydesk up`" in err


@pytest.mark.parametrize("command", [("show", "1"), ("migrate",)])
def test_a_database_that_is_away_is_named_in_one_line(process, desk, command):
    status, err = ending(process(*command, DATABASE_URL=NOWHERE))
    assert status == 2
    assert "DATABASE_URL" in err


def test_a_queue_that_is_away_is_told_and_the_article_waits_for_the_sweep(process, desk, copydesk, tmp_path):
    (tmp_path / "story.txt").write_text("They left at noon.")
    status, err = ending(process("add", tmp_path / "story.txt", REDIS_URL="redis://127.0.0.1:1/0"))
    assert (status, err.count("\n")) == (0, 1)
    assert "the sweep will send them" in err
    assert copydesk("show", 1).status == 0


def test_status_tells_what_is_away_and_does_not_fail_itself(process, desk):
    status, err = ending(process("status", DATABASE_URL=NOWHERE, REDIS_URL="redis://127.0.0.1:1/0"))
    assert (status, err) == (1, "")


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("COPYDESK_PROT", "80", "did you mean COPYDESK_PORT"),
        ("COPYDESK_PORT", "eighty", "COPYDESK_PORT"),
        ("DATABASE_URL", "mysql://desk:hunter2@db.example/desk", "DATABASE_URL"),
    ],
)
def test_a_wrong_setting_ends_every_command_in_one_line(process, name, value, what):
    status, err = ending(process("status", **{name: value}))
    assert (status, err.count("\n")) == (2, 1)
    assert what in err
    assert "hunter2" not in err


def test_the_api_does_not_start_for_strangers_without_a_token(process, desk):
    status, err = ending(process("api", COPYDESK_HOST="0.0.0.0"))
    assert (status, err.count("\n")) == (2, 1)
    assert "COPYDESK_API_TOKEN" in err


@pytest.mark.parametrize(
    ("command", "length"),
    [("show 1", 1), ("show 1 --json", 1), ("show 1 --json", 200_000), ("status", 1), ("--help", 1)],
)
def test_a_reader_that_goes_away_is_no_error(process, desk, command, length):
    receive([Document("text", "They left at noon.", title="Dockers walk out", url=f"https://a.example/{'a' * 1900}")])
    with session() as db:
        db.execute(update(Article).values(text="They left at noon. " * length))
    started = process(*command.split(), PYTHONUNBUFFERED=None)  # or all is written before the end
    started.stdout.close()
    assert started.stderr.read() == b""
    assert started.wait(60) in (0, 1)


def test_letters_that_the_terminal_lacks_are_replaced(process, desk):
    receive([Document("text", "They left at noon.", title="Dockers — walk out")])
    shown = process("show", "1", "--json", PYTHONIOENCODING="ascii", LC_ALL="C")
    out, err = shown.communicate(timeout=60)
    assert (shown.returncode, err) == (0, b"")
    assert b"Dockers ? walk out" in out
