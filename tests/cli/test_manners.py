"""Manners of the whole command line: JSON, completion and colours."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
from terminals import rest_of

from cli.main import app

ROOT = Path(__file__).parents[2]
COMMANDS = typer.main.get_command(app)


def _leaves(command, name=""):
    """Every command that does something, by its words."""
    parts = getattr(command, "commands", None)
    if parts is None:
        return {name.strip(): command}
    return {leaf: found for word, part in parts.items() for leaf, found in _leaves(part, f"{name} {word}").items()}


def test_every_command_that_prints_results_prints_them_as_json_too():
    silent = {"up", "worker", "migrate", "api", "beat", "flower", "key revoke", "backup", "restore", "export"}
    silent |= {"feed export"}  # it prints OPML
    without = {
        name for name, command in _leaves(COMMANDS).items() if all("--json" not in p.opts for p in command.params)
    }
    assert without <= silent


@pytest.mark.parametrize("kind", ["net", "backfill"])
def test_only_a_worker_with_two_lanes_may_be_told_to_leave_one(copydesk, kind):
    said = copydesk("worker", kind, "--live")
    assert said.status == 2
    assert f"a {kind} worker has no use for it" in said.err


def _complete(words):
    environment = os.environ | {
        "_COPYDESK_COMPLETE": "complete_bash",
        "COMP_WORDS": f"copydesk {words}",
        "COMP_CWORD": str(len(words.split(" "))),
    }
    program = "import sys; sys.argv = ['copydesk']; from cli.main import main; main()"
    done = subprocess.run([sys.executable, "-c", program], env=environment, cwd=ROOT, capture_output=True, text=True)
    return done.stdout.split()


@pytest.mark.parametrize(("words", "offered"), [("worker n", {"nlp"}), ("reprocess --stage s", {"summary"})])
def test_the_shell_completes_kinds_and_stages(words, offered):
    assert offered <= set(_complete(words))


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_no_color_is_respected_on_a_terminal(no_color, coloured):
    import pty

    controller, terminal = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "NO_COLOR": no_color, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "cli.main", "--help"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    said = rest_of(controller)
    process.wait(60)
    assert b"reprocess" in said
    assert (re.search(rb"\x1b\[[0-9;]*3[0-9]m", said) is not None) == coloured
