"""A real PostgreSQL and a real Valkey for all tests, and a clean desk for each."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from leftovers import remove_desk
from sqlalchemy import text

from config.settings import settings, use_services
from migrations.upgrade import migrate
from models.session import engine, session, statements
from workers.app import app
from workers.embedded import Postgres, Valkey

# Only those with rows: emptying a table takes a millisecond, and there are three dozen.
_EMPTY = text(
    """
    do $$ declare name text; filled boolean; held text[] = '{}'; begin
      for name in select quote_ident(relname) from pg_class
        where relkind = 'r' and relnamespace = current_schema()::regnamespace and relname <> 'alembic_version' loop
        execute 'select exists (select from ' || name || ')' into filled;
        if filled then held = held || name; end if;
      end loop;
      if cardinality(held) > 0 then execute 'truncate ' || array_to_string(held, ', ') || ' cascade'; end if;
      perform setval(quote_ident(sequencename), 1, false) from pg_sequences
        where schemaname = current_schema() and last_value is not null;
    end $$
    """
)
SLOW = ("embedded", "test_compose.py", "e2e", "browser", "faults")  # under tests/, in the order in which they come last


def pytest_make_parametrize_id(val: object) -> str | None:
    """The name of a test must be the same in each process that collects it, and gzip writes down the time."""
    return f"{len(val)} bytes of gzip" if isinstance(val, bytes) and val.startswith(b"\x1f\x8b") else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick tests first."""

    def place(item: pytest.Item) -> int:
        part = item.path.relative_to(Path(__file__).parent).parts[0]
        return SLOW.index(part) + 1 if part in SLOW else 0

    items.sort(key=place)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failed one: everything it needs is installed there."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The services, with migrated tables; gives their data folder."""
    folder = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("COPYDESK_DATA", str(folder))
        environment.delenv("DATABASE_URL", raising=False)
        environment.delenv("REDIS_URL", raising=False)
        settings.cache_clear()
        with Postgres(folder) as postgres, Valkey(folder) as valkey:
            environment.setenv("DATABASE_URL", postgres.url)
            environment.setenv("REDIS_URL", valkey.url)
            use_services(postgres.url, valkey.url)
            app.conf.broker_url = valkey.url  # pytest looks at every task it sees, and so had the app read its settings
            _hurry()
            migrate()
            yield folder
            engine().dispose()
            app.pool.force_close_all()
        remove_desk(folder)


def _hurry() -> None:
    """Let the database not wait for the disk: no test pulls the plug, and killed processes lose nothing by it."""
    with statements() as db:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            db.execute(text(f"alter system set {name} = off"))
        db.execute(text("select pg_reload_conf()"))


@pytest.fixture
def desk(services: Path) -> Path:
    """The services with empty tables and empty queues."""
    with session() as db:
        db.execute(_EMPTY)
    with app.connection_for_write() as connection:
        connection.default_channel.client.flushall()
    return services


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Change settings for one test: `setting(attempts=2)`."""

    def change(**values: object) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"COPYDESK_{name.upper()}", str(value))
        settings.cache_clear()

    yield change
    monkeypatch.undo()
    settings.cache_clear()
