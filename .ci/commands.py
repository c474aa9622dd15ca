"""The page of the command line, made from its commands."""

import re
from collections.abc import Iterator
from typing import Any

import typer
import typer.main

from cli.main import app

MANNERS = """\
Every command has `--help`; those that print results print them as one JSON document with `--json`. News, progress bars
and errors go to standard error. Errors are one line that says what is wrong and what to do. Colours are for terminals
only, and not for those who set `NO_COLOR`. `copydesk --install-completion` lets the shell complete commands, options,
kinds and stages.

| Exit status | |
| --- | --- |
| 0 | All done. |
| 1 | Something was refused, skipped or failed, or is not there; `status` or `doctor` found what does not work. |
| 2 | Wrong usage, settings or services: nothing was done. |
| 130 | Interrupted with Ctrl-C. |

Ctrl-C loses nothing that was accepted, nor does a second one, which only stops waiting for workers: what they had begun
is done again. Long commands say where they stopped; the same command goes on from there."""


def commands(note: str) -> Iterator[str]:
    """The page, by command; `note` says who writes it."""
    yield from ("# The command line", "", note, "", MANNERS, "")
    for name, command in _leaves(typer.main.get_command(app)):
        usage = " ".join(command.collect_usage_pieces(typer.Context(command)))
        yield from (f"### copydesk {name}", "", f"`copydesk {name} {usage}`", "", _cell(command.help or ""), "")
        records = [record for one in command.params if (record := one.get_help_record(typer.Context(command)))]
        if options := [record for record in records if record[0].startswith("--") and record[0] != "-h, --help"]:
            yield from ("| Option | |", "| --- | --- |")
            yield from (f"| `{_cell(option)}` | {_cell(said)} |" for option, said in options)
            yield ""


def _leaves(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its words."""
    if not hasattr(command, "commands"):
        yield name.strip(), command
    for word, part in getattr(command, "commands", {}).items():
        yield from _leaves(part, f"{name} {word}")


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")
