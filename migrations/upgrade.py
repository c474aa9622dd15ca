"""Bringing a database to a revision: `migrate()` for the newest one."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, text

from models.session import engine
from workers.child import CannotStart

LOCK = 0xC0B7DE5D  # one migration at a time, whoever starts it


def migrate(revision: str = "head") -> None:
    """Upgrade the configured database, or downgrade it to an earlier revision.

    Raises OperationalError when it is away, CannotStart when it is at a revision that this version does not know.
    """
    with engine().connect() as connection:
        connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": LOCK})
        connection.commit()
        try:
            _move(connection, revision)
        except CommandError as error:
            raise CannotStart(f"The database cannot be migrated: {error}. Is it from a newer Copydesk?") from error
        finally:
            connection.rollback()
            connection.execute(text("select pg_advisory_unlock(:lock)"), {"lock": LOCK})
            connection.commit()


def config(connection: Connection) -> Config:
    """Alembic's configuration, without an ini file."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.attributes["connection"] = connection
    return made


def _move(connection: Connection, revision: str) -> None:
    if revision in ("head", "heads"):
        command.upgrade(config(connection), revision)
    else:
        command.downgrade(config(connection), revision)
