"""Migrations and models agree, and each step can be undone."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from migrations.upgrade import config, migrate
from models.base import Base
from models.session import engine


def _tables() -> set[str]:
    return set(inspect(engine()).get_table_names()) - {"alembic_version"}


def test_migrations_and_models_agree(desk: Path) -> None:
    with engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_each_downgrade_works_and_the_way_back_gives_the_same_tables(desk: Path) -> None:
    before = _tables()
    assert before == set(Base.metadata.tables)
    with engine().connect() as connection:
        revisions = list(ScriptDirectory.from_config(config(connection)).walk_revisions())
    for revision in revisions:
        migrate(str(revision.down_revision or "base"))
    assert _tables() == set()
    migrate()
    assert _tables() == before


def test_migrating_a_current_database_changes_nothing(desk: Path) -> None:
    before = _tables()
    migrate()
    assert _tables() == before
