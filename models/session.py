"""Short transactions on the shared database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from sqlalchemy import Engine, create_engine
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
    return create_engine(
        url.get_secret_value(),
        pool_size=4,
        max_overflow=16,
        pool_pre_ping=True,
        hide_parameters=True,  # errors are logged and shown; articles do not belong there
        connect_args={"connect_timeout": 5, "application_name": "copydesk"},
    )


@contextmanager
def session() -> Iterator[Session]:
    """One transaction: committed at the end, rolled back on any exception."""
    with Session(engine(), expire_on_commit=False) as db, db.begin():
        yield db


def _forget_connections() -> None:
    """A connection must not be shared by two processes: a forked child leaves the parent's alone and makes its own."""
    if engine.cache_info().currsize:
        engine().dispose(close=False)
    engine.cache_clear()


os.register_at_fork(after_in_child=_forget_connections)
