"""Short transactions on the shared database."""

import os
import select
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.orm import Session

from config.settings import SettingsError, settings


@lru_cache(maxsize=1)
def engine() -> Engine:
    """The process's pool of connections.

    Raises SettingsError when no database is configured.
    """
    url = settings().database_url
    if url is None:
        raise SettingsError(
            "No database: start the desk with `copydesk up`, or set DATABASE_URL to your own PostgreSQL."
        )
    made = create_engine(
        url.get_secret_value(),
        pool_size=4,
        max_overflow=16,
        hide_parameters=True,  # errors are logged and shown; articles do not belong there
        connect_args={"connect_timeout": 5, "application_name": "copydesk"},
    )
    event.listen(made, "checkout", _still_open)
    return made


def _still_open(connection: Any, *_: object) -> None:
    """Replace a pooled connection that the server has closed. An idle one has nothing to read; a query would ask more
    surely, and costs as much as a statement each time.
    """
    ready = select.poll()
    ready.register(connection.fileno(), select.POLLIN)
    if connection.closed or ready.poll(0):
        raise DisconnectionError


@contextmanager
def transaction() -> Iterator[Connection]:
    """One transaction without the unit of work of `session`, for what every article passes through."""
    with engine().begin() as connection:
        yield connection


@contextmanager
def statements() -> Iterator[Connection]:
    """Statements that are each a transaction of their own: one round trip instead of three."""
    with engine().connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")


@contextmanager
def session() -> Iterator[Session]:
    """One transaction: committed at the end, rolled back on any exception."""
    with Session(engine(), expire_on_commit=False) as db, db.begin():
        yield db


def is_away(error: DBAPIError) -> bool:
    """Whether it is the database that failed, not the statement: no connection, no room, or shutting down."""
    state = getattr(error.orig, "sqlstate", None)
    return isinstance(error, OperationalError) and (state is None or state.startswith(("08", "53", "57P")))


def _forget_connections() -> None:
    """A connection must not be shared by two processes: a forked child leaves the parent's alone and makes its own."""
    if engine.cache_info().currsize:
        engine().dispose(close=False)
    engine.cache_clear()


os.register_at_fork(after_in_child=_forget_connections)
