"""`copydesk up`: the whole desk in the foreground, until Ctrl-C."""

import typer
from rich.console import Console

from cli.desk import logs, monitor, process, started_desk, up_lock, workers
from cli.flower import flower_password
from config.settings import settings


def up() -> None:
    """Start services, workers, clock, API and Flower; one Ctrl-C stops them all."""
    console = Console()
    password = flower_password()
    with started_desk() as desk:
        for one in (*workers(), process("beat"), process("api"), monitor()):
            desk.add(one)
        console.print(f"Pages   http://{settings().host}:{settings().port}/")
        console.print(f"API     http://{settings().host}:{settings().port}/docs")
        console.print(f"Flower  http://{settings().flower_host}:{settings().flower_port}  copydesk / {password}")
        console.print(f"Logs    {logs()}\nCtrl-C stops the desk.", highlight=False)
        with up_lock():
            status = desk.run_until_signal()
    if status:
        raise typer.Exit(status)
