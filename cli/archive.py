"""`copydesk backup` and `copydesk restore`: the desk in one file, and back."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Annotated

import psycopg
import typer
from rich.console import Console

from cli.desk import find_services, is_up, started_desk
from config.settings import PREFIX, settings
from tasks.errors import Unusable

File = Annotated[Path, typer.Argument(dir_okay=False, help="The archive, such as desk.zip.")]


def backup(
    file: Annotated[Path, typer.Argument(help="The archive to write, such as desk.zip; - for standard output.")],
) -> None:
    """Write the whole desk into one file, as of one moment, while it goes on working.

    The file has every article, the hashes of keys and the secrets of webhooks: keep it as you keep the database.
    """
    from tasks.archive import backup as write

    console = Console(stderr=True)
    with _database(), _told(), _target(file) as target:
        made = write(target, lambda table, rows: console.print(f"{table:<20} {rows:>12,}", highlight=False))
    console.print(
        f"{sum(part.rows for part in made.tables):,} rows at revision {made.revision}: {file}", highlight=False
    )


def restore(
    file: File,
    replace: Annotated[bool, typer.Option("--replace", help="Lose what the desk has. Asks for a typed yes.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only say whether the archive is whole.")] = False,
) -> None:
    """Fill an empty desk from an archive: checked first, brought to this version, and what was under way queued again.

    Workers, beat and the API have to be stopped.
    """
    from tasks.archive_restore import check as verify
    from tasks.archive_restore import restore as read

    console = Console(stderr=True)
    with _told(), _source(file) as source:
        manifest = verify(source)
        console.print(
            f"{file} is whole: Copydesk {manifest.copydesk}, {manifest.made_at}, revision {manifest.revision}"
        )
        if check:
            return
        if replace and typer.prompt("All that the desk has will be lost. Type yes to go on", err=True) != "yes":
            raise Unusable("Nothing was changed.")
        if settings().database_url is None and is_up():
            raise Unusable("The desk is up: stop `copydesk up`, then restore.")
        with _database():
            read(source, replace, lambda table, rows: console.print(f"{table:<20} {rows:>12,}", highlight=False))
    _compare(manifest.settings, console)
    console.print("Restored. Start the desk: what was under way goes on.")


def _compare(then: dict[str, object], console: Console) -> None:
    """Settings are the environment's: what was set otherwise is only told."""
    now = settings().model_dump(mode="json")
    for name, value in then.items():
        if name in now and now[name] != value:
            console.print(f"Not as in the archive: {PREFIX}{name.upper()} was {value!r}, is {now[name]!r}")


@contextmanager
def _database() -> Iterator[None]:
    """The database of the settings or of the desk that is up, else the embedded one, started for this."""
    find_services()
    if settings().database_url is not None:
        yield
    else:
        with started_desk():
            yield


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise Unusable(f"The database refuses: {str(error).strip()}") from error
    except OSError as error:
        raise Unusable(f"The file cannot be read or written: {error}") from error


@contextmanager
def _source(file: Path) -> Iterator[IO[bytes]]:
    with file.open("rb") as source:
        yield source


@contextmanager
def _target(file: Path) -> Iterator[IO[bytes]]:
    """A file that is there as a whole or not at all, for its owner only; or standard output."""
    if str(file) == "-":
        yield sys.stdout.buffer
        return
    if file.exists():
        raise Unusable(f"{file} exists: choose another name.")
    part = file.with_name(f"{file.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        part.rename(file)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
