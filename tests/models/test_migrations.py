"""Migrations and models agree, and each step can be undone."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from migrations.upgrade import config, migrate
from models.base import Base
from models.session import engine, statements
from workers.child import CannotStart


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


def test_a_database_of_a_newer_version_is_left_alone_and_named(desk: Path) -> None:
    with statements() as db:
        [known] = db.execute(text("select version_num from alembic_version")).one()
        db.execute(text("update alembic_version set version_num = '9999'"))
    try:
        with pytest.raises(CannotStart, match=r"9999.*newer Copydesk"):
            migrate()
        with statements() as db:
            assert db.scalar(text("select version_num from alembic_version")) == "9999"
    finally:
        with statements() as db:
            db.execute(text("update alembic_version set version_num = :known"), {"known": known})
