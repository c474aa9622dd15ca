"""From each revision with rows in all of its tables to the newest one, and back: no row is lost or changed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from catalog_rows import contents, fill
from psycopg import Connection

import migrations
from migrations.upgrade import config, migrate
from models.base import Base
from models.session import engine

GONE: set[str] = set()  # tables that a later revision has dropped, with their rows


def _revisions() -> list[str]:
    """All, the first one first."""
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    return [script.revision for script in reversed(list(scripts.walk_revisions()))]


@pytest.fixture
def database(desk: Path) -> Iterator[None]:
    """No tables at all, and at the end those of the newest revision, empty."""
    migrate("base")
    yield
    migrate("base")
    migrate()


def _upgrade(revision: str) -> None:
    with engine().connect() as connection:
        command.upgrade(config(connection), revision)


def _on_database(what: Any, *arguments: Any) -> Any:
    with engine().connect() as connection:
        db: Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
        done = what(db, *arguments)
        db.commit()
        return done


@pytest.mark.parametrize("revision", _revisions())
def test_an_upgrade_from_here_keeps_every_row(database: None, revision: str) -> None:
    _upgrade(revision)
    filled = _on_database(fill)
    assert all(filled.values()), f"tables without a row: {[name for name, rows in filled.items() if not rows]}"
    before = _on_database(contents)
    migrate()
    after = _on_database(contents)
    for table in before.keys() & after.keys():
        assert len(after[table]) == filled[table], f"{table} has lost rows"
        kept = [
            {name: row[name] for name in row.keys() & was} for row, was in zip(after[table], before[table], strict=True)
        ]
        was = [
            {name: row[name] for name in row.keys() & now} for row, now in zip(before[table], after[table], strict=True)
        ]
        assert kept == was, f"{table} is not as it was"
    assert before.keys() - after.keys() <= GONE


def test_each_step_back_works_with_rows_in_all_tables(database: None) -> None:
    migrate()
    filled = _on_database(fill)
    assert set(filled) >= set(Base.metadata.tables)
    for revision in reversed(["base", *_revisions()[:-1]]):
        migrate(revision)
        if revision != "base":
            assert len(_on_database(contents)["articles"]) == filled["articles"]
    migrate()
