"""Plausible rows for every table that a database has, whatever its revision: made from the catalog alone."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection, errors, sql
from psycopg.types.json import Jsonb

ROWS = 5  # of a table; those that its constraints refuse are left out
COLUMNS = """
    select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attndims, not a.attnotnull,
           f.confrelid::regclass::text,
           (select string_agg(pg_get_constraintdef(k.oid), ' ') from pg_constraint k
            where k.conrelid = c.oid and k.contype = 'c' and a.attnum = any(k.conkey))
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    left join pg_constraint f on f.conrelid = c.oid and f.contype = 'f' and f.conkey = array[a.attnum]
    where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace and c.relname <> 'alembic_version'
      and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by c.relname, a.attnum
"""
KEYS = """
    select c.relname, array_agg(a.attname order by a.attnum) from pg_index i join pg_class c on c.oid = i.indrelid
    join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
    where i.indisprimary and c.relnamespace = current_schema()::regnamespace group by 1
"""
# Where code of ours reads what is within.
WITHIN = {("summaries", "sentences"): [{"start": 0, "end": 5, "text": "Rain.", "score": 1.0}]}


@dataclass(frozen=True)
class Column:
    """A column as the catalog knows it; `check` has the words of its constraints."""

    table: str
    name: str
    type: str
    dimensions: int
    nullable: bool
    refers_to: str | None
    check: str | None


def columns(db: Connection[Any]) -> dict[str, list[Column]]:
    """By table, in the order of the catalog."""
    found: dict[str, list[Column]] = {}
    for row in db.execute(COLUMNS):
        found.setdefault(row[0], []).append(Column(*row))
    return found


def fill(db: Connection[Any]) -> dict[str, int]:
    """Rows in every table, and how many there are now."""
    tables, filled = columns(db), dict[str, int]()
    while left := [name for name in tables if name not in filled]:
        ready = [n for n in left if all(c.refers_to in (None, n, *filled) for c in tables[n])]
        for name in ready:
            filled[name] = sum(_insert(db, tables[name], number) for number in range(1, ROWS + 1))
    return filled


def contents(db: Connection[Any]) -> dict[str, list[dict[str, str | None]]]:
    """By table, its rows in the order of the primary key; each value as text, by column."""
    keys, found = dict(db.execute(KEYS).fetchall()), {}
    for table, known in columns(db).items():
        wanted = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(column.name)) for column in known)
        order = sql.SQL(", ").join(map(sql.Identifier, keys[table]))
        rows = db.execute(sql.SQL("select {} from {} order by {}").format(wanted, sql.Identifier(table), order))
        names = [column.name for column in known]
        found[table] = [dict(zip(names, row, strict=True)) for row in rows]
    return found


def _insert(db: Connection[Any], table: list[Column], number: int) -> bool:
    values = [_value(column, number, place) for place, column in enumerate(table)]
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in table)
    marks = sql.SQL(", ").join([sql.Placeholder()] * len(table))
    statement = sql.SQL("insert into {} ({}) overriding system value values ({})")
    try:
        with db.transaction():
            db.execute(statement.format(sql.Identifier(table[0].table), names, marks), values)
    except (errors.CheckViolation, errors.UniqueViolation):
        return False
    return True


def _value(column: Column, number: int, place: int) -> Any:
    """Of the row of that number; the last row has nothing where nothing will do."""
    if column.nullable and (number == ROWS or (column.refers_to == column.table and number == 1)):
        return None
    if column.refers_to == column.table:
        return 1
    if column.refers_to:
        return (number - 1 + place) % ROWS + 1
    allowed = re.findall(r"'(\w+)'::character varying", column.check or "")
    return allowed[number % len(allowed)] if allowed else _of_type(column, number)


def _of_type(column: Column, number: int) -> Any:
    kind = column.type
    if kind.startswith(("halfvec", "vector")):
        width = int((re.findall(r"\d+", kind) or ["384"])[0])
        return str([number / 8] * width)
    if kind == "jsonb":
        return Jsonb(WITHIN.get((column.table, column.name), {"number": number}))
    if kind in ("bigint", "integer", "smallint"):
        return number
    if kind in ("real", "double precision"):
        return number / 8
    if kind.endswith("[]"):
        one = [str(number)] if kind.startswith(("text", "character")) else [number, number + 1]
        return [one] if column.dimensions == 2 else one
    known = {
        "boolean": number % 2 == 0,
        "bytea": bytes([number] * 16),
        "uuid": UUID(int=number),
        "timestamp with time zone": datetime(2026, 3, number, 9, tzinfo=UTC),
    }
    return known[kind] if kind in known else f"{number} {column.name} é \U0001f600"[:32]
