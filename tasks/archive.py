"""An archive of the desk: one zip file with the rows of every table as of one moment, and a manifest that vouches."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

import psycopg
from psycopg import sql
from sqlalchemy import text

from config.settings import Settings, settings
from migrations.upgrade import LOCK
from models.session import engine

FORMAT = 1
MANIFEST = "manifest.json"
REVISION = "select version_num from alembic_version"
PLACES = ("data", "host", "port")  # of a machine, not of the desk

# Whatever is there at this revision; not what belongs to an extension. Generated columns are generated again.
_TABLES = """
    select c.relname, array_agg(a.attname order by a.attnum)
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace and c.relname <> 'alembic_version'
      and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
    group by c.relname order by c.relname
"""
_SEQUENCES = "select sequencename, last_value from pg_sequences where schemaname = current_schema() order by 1"

Tell = Callable[[str, int], None]  # a table, and its rows once they are through


@dataclass(frozen=True)
class TablePart:
    """A table in the archive: in text format of COPY, a line a row."""

    name: str
    columns: list[str]
    rows: int
    sha256: str

    @property
    def entry(self) -> str:
        """Its place in the zip file."""
        return f"tables/{self.name}"


@dataclass(frozen=True)
class Manifest:
    """What an archive holds. `sequences` are the last numbers given out; `settings` those that were set, no secrets."""

    format: int
    copydesk: str
    postgres: str
    revision: str
    made_at: str
    tables: list[TablePart]
    sequences: dict[str, int]
    settings: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, found: dict[str, Any]) -> "Manifest":
        """From its JSON. Raises TypeError or KeyError when it is none."""
        return cls(**{**found, "tables": [TablePart(**part) for part in found["tables"]]})


def backup(file: IO[bytes], tell: Tell = lambda _table, _rows: None) -> Manifest:
    """Write an archive of the desk, which may go on working: all tables are read as of one moment, a piece at a time.

    Raises ProgrammingError when there are no tables.
    """
    with _snapshot() as db, ZipFile(file, "w", ZIP_DEFLATED, compresslevel=3) as archive:
        tables = [_table(db, archive, name, columns, tell) for name, columns in tables_of(db)]
        made = Manifest(
            FORMAT,
            version("copydesk"),
            str(db.info.server_version),
            db.execute(REVISION).fetchone()[0],
            datetime.now(UTC).isoformat(timespec="seconds"),
            tables,
            {name: last for name, last in db.execute(_SEQUENCES) if last is not None},
            chosen_settings(),
        )
        archive.writestr(MANIFEST, json.dumps(asdict(made), indent=1))
    return made


def tables_of(db: psycopg.Connection[Any]) -> list[tuple[str, list[str]]]:
    """The desk's tables as they are now, each with the columns that are written."""
    return list(db.execute(_TABLES))


def chosen_settings() -> dict[str, Any]:
    """The settings that somebody has set, but for secrets, addresses and what is a machine's own."""
    hidden = {name for name, of in Settings.model_fields.items() if "SecretStr" in str(of.annotation) or of.alias}
    chosen = settings()
    return chosen.model_dump(mode="json", include=chosen.model_fields_set - hidden - set(PLACES))


@contextmanager
def _snapshot() -> Iterator[Any]:
    """A connection that sees the desk as of one moment; no migration begins meanwhile."""
    with engine().connect() as connection:
        connection.execute(text("select pg_advisory_lock_shared(:lock)"), {"lock": LOCK})
        connection.commit()
        db: Any = connection.connection.driver_connection
        try:
            db.execute("set transaction isolation level repeatable read, read only")
            # Named for tasks.metrics_ended; by a slow disk or reader it may take hours.
            db.execute("set local application_name = 'copydesk backup'; set local statement_timeout = 0")
            yield db
        finally:
            db.rollback()
            connection.execute(text("select pg_advisory_unlock_shared(:lock)"), {"lock": LOCK})
            connection.commit()


def _table(db: psycopg.Connection[Any], archive: ZipFile, name: str, columns: list[str], tell: Tell) -> TablePart:
    digest, rows = hashlib.sha256(), 0
    statement = sql.SQL("copy {} ({}) to stdout").format(
        sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with (
        archive.open(f"tables/{name}", "w", force_zip64=True) as entry,
        db.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        for piece in copy:
            digest.update(piece)
            rows += bytes(piece).count(b"\n")  # one within a value is written as \n
            entry.write(piece)
    tell(name, rows)
    return TablePart(name, columns, rows, digest.hexdigest())
