"""Bringing `entities.same_as` and `merges.holds` into line with the evidence and the marks, around some entities."""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    any_,
    bindparam,
    func,
    literal,
    or_,
    select,
    text,
    union,
)
from sqlalchemy.orm import InstrumentedAttribute

from models.alias import Distinct, Evidence, Merge
from models.entity import Entity
from nlp.meanings import MOST_COUNTED, NEEDED
from nlp.names import Name
from nlp.partition import Holds, Link, Partition, partition, undisputed_links

_LOCK = 0x0A11A5E5  # whoever changes what is one thing, one at a time

# Statements are made once: to put one together costs more than to run it.
_IDS = any_(bindparam("ids", type_=ARRAY(BigInteger)))
_ENTITY = select(Entity.id, Entity.type, Entity.key)
_seeds = (
    select(Entity.key, func.coalesce(Entity.same_as, Entity.id).label("root")).where(Entity.id == _IDS).cte("seeds")
)
_MATES = union(
    _ENTITY.where(Entity.key.in_(select(_seeds.c.key))),
    _ENTITY.where(Entity.id.in_(select(_seeds.c.root))),
    _ENTITY.where(Entity.same_as.in_(select(_seeds.c.root))),
)
_HOLD = select(Merge.id).with_for_update(of=Merge)
_counted = select(Evidence.article_id).where(Evidence.merge_id == Merge.id).limit(MOST_COUNTED).correlate(Merge)
_articles = select(func.count()).select_from(_counted.subquery()).scalar_subquery()
_MERGES = select(Merge.id, Merge.rule, Merge.alias_id, Merge.whole_id, _articles, Merge.holds, Merge.undone_at)
_BY_ID, _TOUCHING = Merge.id == _IDS, or_(Merge.alias_id == _IDS, Merge.whole_id == _IDS)
_HOLD_BY_ID, _HOLD_TOUCHING, _FOUND = _HOLD.where(_BY_ID), _HOLD.where(_TOUCHING), _MERGES.where(_BY_ID)
_NAMES = _ENTITY.where(Entity.id == _IDS)
_ROOTS = select(Entity.id, Entity.same_as).where(Entity.id == _IDS)
_MARKS = select(Distinct.one_id, Distinct.other_id).where(Distinct.one_id == _IDS, Distinct.other_id == _IDS)
_WRITE_ROOTS = text(
    "update entities e set same_as = n.root from unnest(cast(:ids as bigint[]), cast(:roots as bigint[])) "
    "as n (id, root) where e.id = n.id"
)
_WRITE_HOLDS = text(
    "update merges m set holds = n.holds from unnest(cast(:ids as bigint[]), cast(:holds as text[])) "
    "as n (id, holds) where m.id = n.id"
)


def lock(db: Connection) -> None:
    """Let nobody else change what is one thing until this transaction ends.

    Whoever holds it waits for nothing more: what else the transaction writes that others may wait for (new entities
    above all) comes before, or two could wait for each other.
    """
    db.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def settle(db: Connection, touched: Iterable[int]) -> None:
    """Decide anew what is one thing around the touched entities, under the lock.

    The answer is that of nlp.partition over everything that bears on them, so the way here does not matter.
    """
    names, merges, reached = _around(db, set(touched))
    links = {id_: merge.link for id_, merge in merges.items() if merge.counts}
    result = partition(names, links.values(), _marks(db, names))
    _write_roots(db, {entity: root for entity, root in result.roots.items() if entity in reached})
    _write_holds(db, merges, result)


def counts(db: Connection, merge_ids: Collection[int]) -> set[int]:
    """Those of the merges that are not undone and have evidence enough."""
    return {id_ for id_, merge in _merges(db, _HOLD_BY_ID, merge_ids).items() if merge.counts}


def among(column: InstrumentedAttribute[int], ids: Iterable[int]) -> ColumnElement[bool]:
    """Whether the column is one of these ids, which are sent as one array."""
    return column == any_(literal(sorted(ids), ARRAY(BigInteger)))


class _Found(NamedTuple):
    link: Link
    holds: str
    undone: bool

    @property
    def counts(self) -> bool:
        return not self.undone and self.link.articles >= NEEDED.get(self.link.rule, 1)


def _around(db: Connection, touched: set[int]) -> tuple[dict[int, Name], dict[int, _Found], set[int]]:
    """Names and merges that bear on the touched entities, and those of the names whose every merge is among them.

    From each name on to the other types of its key, to what it is one with now, to all that say to mean it, and to all
    that it means for certain. A name with two meanings leads to neither, which keeps this small.
    """
    names: dict[int, Name] = {}
    merges: dict[int, _Found] = {}
    reached: set[int] = set()
    waiting = touched
    while waiting:
        more = _mates(db, waiting)
        merges |= _merges(db, _HOLD_TOUCHING, more)
        names |= more
        reached |= set(more)
        links = [merge.link for merge in merges.values() if merge.counts]
        names |= _names(db, {end for merge in merges.values() for end in _ends(merge.link)} - set(names))
        sure = undisputed_links(names, links)
        waiting = {link.alias for link in links} | {link.whole for link in sure}
        waiting -= reached
    return names, merges, reached


def _ends(link: Link) -> tuple[int, int]:
    return link.alias, link.whole


def _mates(db: Connection, ids: set[int]) -> dict[int, Name]:
    """These entities, those of the same key, and those that are one with them now."""
    return {id_: Name(type_, key) for id_, type_, key in db.execute(_MATES, {"ids": list(ids)})}


def _names(db: Connection, ids: set[int]) -> dict[int, Name]:
    return {id_: Name(type_, key) for id_, type_, key in db.execute(_NAMES, {"ids": list(ids)})} if ids else {}


def _merges(db: Connection, hold: Select[Any], ids: Iterable[int]) -> dict[int, _Found]:
    """Merges with the number of their articles, held: first all who add evidence to one without the lock must be done,
    so the rows are locked by one statement and counted by the next.
    """
    held = list(db.scalars(hold, {"ids": list(ids)}))
    rows = db.execute(_FOUND, {"ids": held}).all() if held else []
    return {row[0]: _Found(Link(*row[1:5]), row.holds, row.undone_at is not None) for row in rows}


def _marks(db: Connection, names: Collection[int]) -> list[tuple[int, int]]:
    return [(one, other) for one, other in db.execute(_MARKS, {"ids": list(names)})]


def _write_roots(db: Connection, roots: dict[int, int]) -> None:
    before = {row.id: row.same_as for row in db.execute(_ROOTS, {"ids": list(roots)})}
    after = {entity: None if entity == root else root for entity, root in sorted(roots.items())}
    changed = [entity for entity in after if after[entity] != before[entity]]
    if changed:
        db.execute(_WRITE_ROOTS, {"ids": changed, "roots": [after[entity] for entity in changed]})


def _write_holds(db: Connection, merges: dict[int, _Found], result: Partition) -> None:
    after = {id_: result.holds[merge.link] if merge.counts else Holds.NOWHERE for id_, merge in merges.items()}
    changed = sorted(id_ for id_, holds in after.items() if holds != merges[id_].holds)
    if changed:
        db.execute(_WRITE_HOLDS, {"ids": changed, "holds": [after[id_] for id_ in changed]})
