"""`copydesk export`: whole articles with all results, into a file."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from cli import filtering
from cli.desk import find_services
from models.session import transaction
from tasks.errors import Unusable
from tasks.export import Format
from tasks.listing import Filters

Output = Annotated[Path, typer.Option("--output", "-o", help="The file to write, or - for standard output.")]


def export(
    format: Annotated[Format, typer.Option(help="JSON Lines or Parquet: docs/export.md.")] = "jsonl",
    output: Output = Path("-"),
    source: filtering.Source = None,
    since: filtering.Since = None,
    until: filtering.Until = None,
    language: filtering.Language = None,
    entity: filtering.EntityId = None,
    story: filtering.StoryId = None,
    state: filtering.InState = None,
) -> None:
    """Write articles with text and all results, the newest first. A file appears once it is whole."""
    to_stdout = output == Path("-")
    if to_stdout and format == "parquet" and sys.stdout.isatty():
        raise Unusable("Parquet is no text: name a file with --output.")
    asked = filtering.filters(source, since, until, language, entity, story, state)
    find_services()
    if to_stdout:
        with suppress(BrokenPipeError):  # nobody reads it any more (`| head`)
            _write(asked, format, sys.stdout.buffer)
        return
    part = output.with_name(output.name + ".part")
    try:
        with part.open("wb") as file:
            _write(asked, format, file)
        part.replace(output)
    except OSError as error:
        raise Unusable(f"{output} cannot be written: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)


def _write(asked: Filters, format: Format, file: BinaryIO) -> None:
    from tasks.export import count, lines, records

    with transaction() as db:
        total = count(db, asked)
    pages = _watched(records(asked), total)
    if format == "parquet":
        from tasks.export_parquet import parquet

        parts = parquet(pages)
    else:
        parts = lines(pages)
    for part in parts:
        file.write(part)


def _watched(pages: Iterator[list[dict[str, Any]]], total: int) -> Iterator[list[dict[str, Any]]]:
    """The pages, and a bar that says how far they are, where somebody looks."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True, quiet=not sys.stderr.isatty())
    with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console) as display:
        bar = display.add_task("articles", total=total)
        for page in pages:
            yield page
            display.advance(bar, len(page))
