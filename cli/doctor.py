"""`copydesk doctor`: whether the desk has what it needs, and how to mend what it lacks."""

from collections.abc import Iterator
from dataclasses import asdict

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli import doctor_machine as machine
from cli.checked import Checked, Verdict, fail
from cli.desk import find_services, is_up
from cli.run import Json
from cli.show import print_json
from config.settings import SettingsError, settings

STYLES = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "bold red"}


def doctor(json: Json = False) -> None:
    """Check Python, settings, data folder, disk, ports, checkpoints, engines, database, queue and workers.

    Each line says how to mend what is not in order. Exit status 1 when something does not work.
    """
    found = list(_checks())
    if json:
        print_json({"ok": not _fails(found), "checks": [asdict(one) for one in found]})
    else:
        Console().print(_table(found))
    if _fails(found):
        raise typer.Exit(1)


def _checks() -> Iterator[Checked]:
    yield machine.python()
    yield machine.files()
    yield from machine.checkpoints()
    try:
        chosen = settings()
    except SettingsError as error:
        yield fail("settings", str(error), "Nothing else is looked at before.")
        return
    yield Checked("settings", Verdict.OK, "all known and usable")
    yield from machine.data_folder(chosen.data)
    yield from machine.engines(chosen)
    yield from machine.ports(chosen, chosen.data.is_dir() and is_up())
    from cli.doctor_services import services

    find_services()
    yield from services()


def _fails(found: list[Checked]) -> bool:
    return any(one.verdict is Verdict.FAIL for one in found)


def _table(found: list[Checked]) -> Table:
    table = Table.grid(padding=(0, 2))
    for one in found:
        said = Text(one.said)
        if one.mend:
            said.append(f"\n{one.mend}", style="bold")
        table.add_row(Text(one.verdict, style=STYLES[one.verdict]), one.what, said)
    return table
