"""Restoring an archive: checked first, loaded as a whole or not at all, brought to today's tables, and queued again."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

import psycopg
from alembic import command
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import text

from migrations.upgrade import LOCK, config, migrate
from models.session import engine
from tasks.archive import FORMAT, MANIFEST, REVISION, Manifest, TablePart, Tell, tables_of
from tasks.errors import Unusable
from tasks.queue import QUEUES
from tasks.sweep import recover
from workers.app import app

NOTES = {"delivery_clock", "hosts", "reported_lineages", "robots"}  # a desk that has run and has no articles has such
PIECE = 1 << 20  # bytes
MOST_MANIFEST = 10_000_000  # bytes

# What makes loading slow, and is made again behind it: in one go, and checked.
_INDEXES = """
    select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index i join pg_class c on c.oid = indrelid
    where c.relname = any(%s) and c.relnamespace = current_schema()::regnamespace
      and not exists (select from pg_constraint where conindid = indexrelid)
"""
_REFERENCES = """
    select conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(k.oid)
    from pg_constraint k join pg_class c on c.oid = conrelid
    where contype = 'f' and c.relname = any(%s) and c.relnamespace = current_schema()::regnamespace
"""


def check(file: IO[bytes], tell: Tell = lambda _table, _rows: None) -> Manifest:
    """The manifest of an archive that is whole. Raises Unusable with what is wrong."""
    try:
        with ZipFile(file) as archive:
            if archive.getinfo(MANIFEST).file_size > MOST_MANIFEST:
                raise Unusable("The archive is not one of Copydesk: its manifest is too large.")
            manifest = Manifest.of(json.loads(archive.read(MANIFEST)))
            if manifest.format != FORMAT:
                raise Unusable(
                    f"The archive has format {manifest.format}: restore it with Copydesk {manifest.copydesk}."
                )
            for part in manifest.tables:
                _verify(archive, part)
                tell(part.name, part.rows)
    except (BadZipFile, EOFError, KeyError, TypeError, ValueError) as error:
        raise Unusable(f"The archive is damaged, cut off, or none of Copydesk: {error}. Take another one.") from error
    return manifest


def restore(file: IO[bytes], replace: bool = False, tell: Tell = lambda _table, _rows: None) -> Manifest:
    """Fill the desk from an archive that `check` has passed. No worker may be up.

    Raises Unusable, with nothing changed, when the desk is not empty (and nobody said `replace`), when a worker
    answers, or when the archive is from a newer Copydesk. When loading fails, the desk is as it was, or empty where the
    archive is of an earlier revision.
    """
    with ZipFile(file) as archive:
        manifest = Manifest.of(json.loads(archive.read(MANIFEST)))
        _refuse_unknown(manifest)
        _refuse_workers()
        if not replace:
            _refuse_rows()
        _to_revision(manifest.revision)
        _load(archive, manifest, tell)
    migrate()
    _queue_again()
    return manifest


def _verify(archive: ZipFile, part: TablePart) -> None:
    digest, rows = hashlib.sha256(), 0
    with archive.open(part.entry) as entry:
        while piece := entry.read(PIECE):
            digest.update(piece)
            rows += piece.count(b"\n")
    if digest.hexdigest() != part.sha256 or rows != part.rows:
        raise Unusable(
            f"The archive is damaged: the rows of {part.name} are not those of its manifest. Take another one."
        )


def _refuse_unknown(manifest: Manifest) -> None:
    with engine().connect() as connection:
        known = {one.revision for one in ScriptDirectory.from_config(config(connection)).walk_revisions()}
    if manifest.revision not in known:
        raise Unusable(
            f"The archive is from a newer Copydesk ({manifest.copydesk}, revision {manifest.revision}): upgrade first."
        )


def _refuse_workers() -> None:
    workers = sorted(name for reply in app.control.ping(timeout=1.0) for name in reply)
    if workers:
        raise Unusable(f"Workers are up ({', '.join(workers)}): stop them, beat and the API, then restore.")


def _refuse_rows() -> None:
    with engine().connect() as connection:
        db: Any = connection.connection.driver_connection
        names = [name for name, _ in tables_of(db) if name not in NOTES]
        some = [
            n for n in names if db.execute(sql.SQL("select 1 from {} limit 1").format(sql.Identifier(n))).fetchone()
        ]
    if some:
        raise Unusable(f"The desk is not empty: {', '.join(some)} have rows. Restore with --replace to lose them.")


def _to_revision(revision: str) -> None:
    """Empty tables as they were at that revision; nothing is done when they are so now."""
    with engine().connect() as connection:
        if connection.scalar(text("select to_regclass('alembic_version')")) is not None:
            if connection.scalar(text(REVISION)) == revision:
                return  # and what is there goes in the transaction that loads
            db: Any = connection.connection.driver_connection
            _truncate(db, [name for name, _ in tables_of(db)])
            connection.commit()
    migrate("base")
    with engine().connect() as connection:
        command.upgrade(config(connection), revision)


def _load(archive: ZipFile, manifest: Manifest, tell: Tell) -> None:
    """All rows in one transaction."""
    with engine().connect() as connection:
        db: Any = connection.connection.driver_connection
        db.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        db.execute("set local statement_timeout = 0")
        names = [part.name for part in manifest.tables]
        if missing := set(names) - {name for name, _ in tables_of(db)}:
            raise Unusable(f"The archive has tables that revision {manifest.revision} has not: {', '.join(missing)}.")
        _truncate(db, [name for name, _ in tables_of(db)])
        with _bare(db, names):
            for part in manifest.tables:
                _fill(db, archive, part)
                tell(part.name, part.rows)
        for sequence, last in manifest.sequences.items():
            db.execute("select setval(to_regclass(quote_ident(%s)), %s)", [sequence, last])
        db.commit()
        db.execute("analyze")
        db.commit()


def _truncate(db: psycopg.Connection[Any], names: list[str]) -> None:
    if names:
        db.execute(sql.SQL("truncate {} restart identity").format(sql.SQL(", ").join(map(sql.Identifier, names))))


@contextmanager
def _bare(db: psycopg.Connection[Any], names: list[str]) -> Iterator[None]:
    """Tables without indexes, references and triggers of their own, which come back at the end."""
    indexes, references = list(db.execute(_INDEXES, [names])), list(db.execute(_REFERENCES, [names]))
    for table, name, _ in references:  # the catalog has quoted them
        db.execute(f"alter table {table} drop constraint {name}")
    for name, _ in indexes:
        db.execute(f"drop index {name}")
    for table in names:
        db.execute(sql.SQL("alter table {} disable trigger user").format(sql.Identifier(table)))
    yield
    for table in names:
        db.execute(sql.SQL("alter table {} enable trigger user").format(sql.Identifier(table)))
    for _, definition in indexes:
        db.execute(definition)
    for table, name, definition in references:
        db.execute(f"alter table {table} add constraint {name} {definition}")


def _fill(db: psycopg.Connection[Any], archive: ZipFile, part: TablePart) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, part.columns))
    statement = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(part.name), columns)
    with archive.open(part.entry) as entry, db.cursor() as cursor, cursor.copy(statement) as copy:
        while piece := entry.read(PIECE):
            copy.write(piece)


def _queue_again() -> None:
    """What was under way, and nothing of what the queue had before. Of many, later sweeps send the rest."""
    with app.connection_for_write() as connection:
        for queue in QUEUES:
            connection.default_channel._purge(queue)
    recover()
