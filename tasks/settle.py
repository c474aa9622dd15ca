"""Bringing `entities.same_as` and `merges.holds` into line with the evidence and the marks, around some entities."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Connection, any_, func, literal, or_, select, union, update
from sqlalchemy.orm import InstrumentedAttribute

from models.alias import Distinct, Evidence, Merge
from models.entity import Entity
from nlp.meanings import MOST_COUNTED, NEEDED
from nlp.names import Name
from nlp.partition import Holds, Link, Partition, partition, undisputed_links

_LOCK = 0x0A11A5E5  # whoever changes what is one thing, one at a time


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
    return {id_ for id_, merge in _merges(db, among(Merge.id, merge_ids)).items() if merge.counts}


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
        merges |= _merges(db, or_(among(Merge.alias_id, more), among(Merge.whole_id, more)))
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
    of = select(Entity.key, func.coalesce(Entity.same_as, Entity.id).label("root")).where(among(Entity.id, ids))
    seeds = of.cte("seeds")
    columns = select(Entity.id, Entity.type, Entity.key)
    wanted = union(
        columns.where(Entity.key.in_(select(seeds.c.key))),
        columns.where(Entity.id.in_(select(seeds.c.root))),
        columns.where(Entity.same_as.in_(select(seeds.c.root))),
    )
    return {id_: Name(type_, key) for id_, type_, key in db.execute(wanted)}


def _names(db: Connection, ids: set[int]) -> dict[int, Name]:
    wanted = select(Entity.id, Entity.type, Entity.key).where(among(Entity.id, ids))
    return {id_: Name(type_, key) for id_, type_, key in db.execute(wanted)} if ids else {}


def _merges(db: Connection, which: ColumnElement[bool]) -> dict[int, _Found]:
    """Merges with the number of their articles, held: first all who add evidence to one without the lock must be done,
    so the rows are locked by one statement and counted by the next.
    """
    ids = db.scalars(select(Merge.id).where(which).with_for_update(of=Merge)).all()
    counted = select(Evidence.article_id).where(Evidence.merge_id == Merge.id).limit(MOST_COUNTED).correlate(Merge)
    articles = select(func.count()).select_from(counted.subquery()).scalar_subquery()
    columns = (Merge.id, Merge.rule, Merge.alias_id, Merge.whole_id, articles, Merge.holds, Merge.undone_at)
    rows = db.execute(select(*columns).where(among(Merge.id, ids))).all()
    return {row[0]: _Found(Link(*row[1:5]), row.holds, row.undone_at is not None) for row in rows}


def _marks(db: Connection, names: Collection[int]) -> list[tuple[int, int]]:
    pairs = select(Distinct.one_id, Distinct.other_id)
    rows = db.execute(pairs.where(among(Distinct.one_id, names), among(Distinct.other_id, names)))
    return [(one, other) for one, other in rows]


def _write_roots(db: Connection, roots: dict[int, int]) -> None:
    rows = db.execute(select(Entity.id, Entity.same_as).where(among(Entity.id, roots)))
    before = {row.id: row.same_as for row in rows}
    after = {entity: None if entity == root else root for entity, root in roots.items()}
    for entity in sorted(after):
        if after[entity] != before[entity]:
            db.execute(update(Entity).where(Entity.id == entity).values(same_as=after[entity]))


def _write_holds(db: Connection, merges: dict[int, _Found], result: Partition) -> None:
    for id_, merge in sorted(merges.items()):
        holds = result.holds[merge.link] if merge.counts else Holds.NOWHERE
        if holds != merge.holds:
            db.execute(update(Merge).where(Merge.id == id_).values(holds=holds))
