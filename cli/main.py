"""The command `copydesk`: its subcommands, and how errors reach the user (never as a traceback)."""

import io
import os
import sys

import typer
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from cli import (
    add,
    archive,
    doctor,
    entity,
    export,
    failed,
    feed,
    key,
    look,
    reprocess,
    run,
    search,
    serve,
    story,
    up,
    watch,
    webhook,
)
from config.settings import SettingsError
from tasks.errors import Unusable
from workers.child import CannotStart

app = typer.Typer(
    help="The desk behind a news page: every article summarized, tagged and linked to its neighbours.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(run.run)
app.command()(up.up)
app.command()(add.add)
app.command()(look.show)
app.command()(look.status)
app.command()(watch.watch)
app.add_typer(entity.app, name="entity")
app.add_typer(feed.app, name="feed")
app.add_typer(webhook.app, name="webhook")
app.command()(story.stories)
app.command()(story.story)
app.command()(search.search)
app.command()(export.export)
_keeping = app.command(rich_help_panel="Keeping a desk")
_keeping(failed.failed)
_keeping(failed.retry)
_keeping(failed.drop)
_keeping(reprocess.reprocess)
_keeping(doctor.doctor)
_keeping(archive.backup)
_keeping(archive.restore)
app.add_typer(key.app, name="key")
for command in (serve.worker, serve.migrate, serve.api, serve.beat, serve.flower):
    app.command(rich_help_panel="One process of the desk (docker-compose.yml starts these)")(command)


def main() -> None:
    """Run the command line; exit status 0 done, 1 not all done, 2 wrong usage, settings or services."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # names of files may be no text, and terminals may lack letters
    try:
        app()
    except (SettingsError, CannotStart, Unusable) as error:
        fail(str(error))
    except OperationalError as error:
        fail(f"The database does not answer: {str(error.orig).strip()}. Run `copydesk up`, or see DATABASE_URL.")
    except ProgrammingError as error:
        fail(f"The database's tables are not as expected: {str(error.orig).strip()}. Run `copydesk migrate`.")
    except DBAPIError as error:
        fail(f"The database refuses: {str(error.orig).strip()}. It must be PostgreSQL with pgvector; see DATABASE_URL.")
    finally:
        _let_go()


def _let_go() -> None:
    """Write out what is left, unless nobody reads it any more (`| head`), which is no error."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def fail(message: str) -> None:
    """Say what is wrong and leave."""
    print(f"copydesk: {message}", file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    main()
