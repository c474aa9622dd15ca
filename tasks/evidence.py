"""Rows of evidence and of the merges it is for, by the names that an article gives."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    column,
    delete,
    func,
    select,
    text,
    tuple_,
)
from sqlalchemy.orm import aliased

from models.alias import Evidence, Merge
from models.entity import Entity
from nlp.aliases import RULE, Alias
from nlp.names import Name
from nlp.partition import Holds
from tasks.arrays import arrays

SHOWN = ("start", "end", "alias", "whole", "version")  # of evidence, beside what it is of
Row = dict[str, Any]


class Said(NamedTuple):
    """A merge by the names of its ends."""

    rule: str
    alias: Name
    whole: Name


Shown = dict[tuple[int, Said], Row]  # by article and what it says


# Made once: to put such a statement together costs more than to run it.
_Alias, _Whole = aliased(Entity), aliased(Entity)
_STORED = (
    select(Evidence.article_id, Merge.rule, _Alias.type, _Alias.key, _Whole.type, _Whole.key)
    .add_columns(*(getattr(Evidence, name) for name in SHOWN))
    .join(Merge, Merge.id == Evidence.merge_id)
    .join(_Alias, _Alias.id == Merge.alias_id)
    .join(_Whole, _Whole.id == Merge.whole_id)
    .where(Evidence.article_id == any_(bindparam("articles", type_=ARRAY(BigInteger))))
)
_IDS_OF = text(
    "select e.type, e.key, e.id from unnest(cast(:types as text[]), cast(:keys as text[])) as n (type, key) "
    "join entities e on e.type = n.type and e.key = n.key"
)
_MAKE = text(
    "insert into merges (alias_id, whole_id, rule) select * from unnest(cast(:alias_ids as bigint[]), "
    "cast(:whole_ids as bigint[]), cast(:rules as text[])) on conflict do nothing"
)
_REMEMBER = text(
    'insert into evidence (article_id, merge_id, start, "end", alias, whole, version) select * from '
    "unnest(cast(:article_id as bigint[]), cast(:merge_id as bigint[]), cast(:start as int[]), cast(:end as int[]), "
    "cast(:alias as text[]), cast(:whole as text[]), cast(:version as int[])) on conflict (article_id, merge_id) "
    'do update set start = excluded.start, "end" = excluded."end", alias = excluded.alias, whole = excluded.whole, '
    "version = excluded.version"
)
_GIVEN = ("rule", "alias_type", "alias_key", "whole_type", "whole_key")
_given = (
    func.unnest(*(bindparam(name, type_=ARRAY(Text)) for name in _GIVEN))
    .table_valued(*(column(name, Text) for name in _GIVEN))
    .render_derived()
    .c
)
_KNOWN = (
    select(*_given, Merge.id)
    .join(_Alias, and_(_Alias.type == _given.alias_type, _Alias.key == _given.alias_key))
    .join(_Whole, and_(_Whole.type == _given.whole_type, _Whole.key == _given.whole_key))
    .join(Merge, and_(Merge.alias_id == _Alias.id, Merge.whole_id == _Whole.id, Merge.rule == _given.rule))
)
_SETTLED = _KNOWN.where(Merge.holds == Holds.EVERYWHERE).with_for_update(read=True, skip_locked=True, of=Merge)


def wanted(found: Mapping[int, Sequence[Alias]]) -> Shown:
    """The rows that these articles' evidence comes to."""
    return {(article, Said(a.rule, a.alias, a.whole)): _row(a) for article, said in found.items() for a in said}


def _row(alias: Alias) -> Row:
    short, whole = alias.names
    return {"start": alias.start, "end": alias.end, "alias": short, "whole": whole, "version": RULE}


def stored(db: Connection, articles: Iterable[int]) -> Shown:
    """The rows that these articles have."""
    rows = db.execute(_STORED, {"articles": list(articles)})
    return {
        (row[0], Said(row[1], Name(*row[2:4]), Name(*row[4:6]))): dict(zip(SHOWN, row[6:], strict=True)) for row in rows
    }


def merge_ids(db: Connection, said: set[Said]) -> dict[Said, int]:
    """The id of each merge, made where it is new."""
    ids = _entities(db, {name for s in said for name in (s.alias, s.whole)})
    new = sorted((ids[s.alias], ids[s.whole], s.rule) for s in said - known(db, said).keys())
    if new:
        db.execute(_MAKE, arrays(("alias_ids", "whole_ids", "rules"), new))
    return known(db, said)


def known(db: Connection, said: set[Said]) -> dict[Said, int]:
    """The ids of those of the merges that are there."""
    return _ask(db, _KNOWN, said)


def settled(db: Connection, said: set[Said]) -> dict[Said, int]:
    """The ids of those that hold everywhere and that nobody is deciding about; nor can anyone until the end."""
    return _ask(db, _SETTLED, said)


def _ask(db: Connection, statement: Select[Any], said: set[Said]) -> dict[Said, int]:
    columns = zip(*((s.rule, *s.alias, *s.whole) for s in said), strict=True)
    rows = db.execute(statement, dict(zip(_GIVEN, map(list, columns), strict=True))) if said else ()
    return {Said(row[0], Name(*row[1:3]), Name(*row[3:5])): row[5] for row in rows}


def _entities(db: Connection, names: set[Name]) -> dict[Name, int]:
    rows = db.execute(_IDS_OF, {"types": [name.type for name in names], "keys": [name.key for name in names]})
    return {Name(type_, key): id_ for type_, key, id_ in rows}


def forget(db: Connection, evidence: Sequence[tuple[int, int]]) -> None:
    """Delete these rows, by article and merge."""
    if evidence:
        db.execute(delete(Evidence).where(tuple_(Evidence.article_id, Evidence.merge_id).in_(evidence)))


def remember(db: Connection, shown: Shown, merges: Mapping[Said, int]) -> None:
    """Write these rows, over earlier ones of the same article and merge."""
    if shown:
        rows = ((article, merges[said], *(row[name] for name in SHOWN)) for (article, said), row in shown.items())
        db.execute(_REMEMBER, arrays(("article_id", "merge_id", *SHOWN), rows))
