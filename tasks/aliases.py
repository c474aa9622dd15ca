"""What articles say of names, as merges with their evidence; undoing one; and marking two things as not the same."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from models.alias import Distinct, Evidence, Merge
from models.entity import Entity
from nlp.aliases import RULE, Alias
from nlp.names import Name
from nlp.partition import Holds
from tasks.one_thing import root_id, root_of
from tasks.settle import among, counts, lock, settle

LONGEST_WHY = 500  # characters


def learn(db: Connection, found: Mapping[int, Sequence[Alias]]) -> None:
    """Let `found` be all the evidence of these articles, by id, in place of any earlier; put together what follows.

    The entities named must be there: the task writes them first. It is to be the last thing in its transaction that
    waits for others (see tasks.settle.lock), so several articles of one transaction are learned from in one call.
    Nothing is locked when nothing changes.
    """
    wanted = {
        (article, _Said(a.rule, a.alias, a.whole)): _Shown(a, RULE) for article, said in found.items() for a in said
    }
    if _stored(db, found) == {key: shown.row() for key, shown in wanted.items()}:
        return
    lock(db)
    stored = _stored(db, found)
    new, gone = wanted.keys() - stored.keys(), stored.keys() - wanted.keys()
    merges = _merges(db, {said for _, said in wanted.keys() | gone})
    before = counts(db, merges.values())
    _forget(db, [(article, merges[said]) for article, said in gone])
    _remember(db, [{"article_id": i, "merge_id": merges[said], **s.row()} for (i, said), s in wanted.items()])
    changed = before ^ counts(db, merges.values()) | {merges[said] for _, said in gone}
    _settle_merges(db, changed | _open(db, {merges[said] for _, said in new}))


def undo(db: Connection, merge_id: int, why: str = "") -> bool:
    """Take a merge back, with the reason; it stays so whatever evidence is there or comes. False when there is no such
    merge. Other evidence may still join the two: see `mark_distinct`.
    """
    lock(db)
    values = {"undone_at": func.coalesce(Merge.undone_at, func.now()), "undone_why": why[:LONGEST_WHY]}
    undone = db.execute(update(Merge).where(Merge.id == merge_id).values(values).returning(Merge.id)).all()
    _settle_merges(db, {merge_id})
    return bool(undone)


def mark_distinct(db: Connection, one: int, other: int) -> None:
    """Keep two entities, and all that is one with either, apart for good. Raises ValueError when they are one row, and
    IntegrityError when one is not there.
    """
    if one == other:
        raise ValueError("An entity is the same as itself.")
    lock(db)
    pair = {"one_id": min(one, other), "other_id": max(one, other)}
    db.execute(insert(Distinct).values(pair).on_conflict_do_nothing())
    settle(db, {one, other})


def redo(db: Connection, merge_id: int) -> None:
    """Let an undone merge count again. Nothing happens when it is not undone, or not there."""
    lock(db)
    db.execute(update(Merge).where(Merge.id == merge_id).values(undone_at=None, undone_why=None))
    _settle_merges(db, {merge_id})


def unmark_distinct(db: Connection, one: int, other: int) -> None:
    """Take the marks back that keep apart what these two entities are of. Nothing happens when there is none."""
    lock(db)
    first, second = aliased(Entity), aliased(Entity)
    things = {root_of(db, one), root_of(db, other)}
    marked = db.execute(
        select(Distinct.one_id, Distinct.other_id)
        .join(first, first.id == Distinct.one_id)
        .join(second, second.id == Distinct.other_id)
        .where(root_id(first).in_(things), root_id(second).in_(things))
    ).all()
    if marked:
        db.execute(
            delete(Distinct).where(tuple_(Distinct.one_id, Distinct.other_id).in_([tuple(pair) for pair in marked]))
        )
        settle(db, {end for pair in marked for end in pair})


class _Said(NamedTuple):
    rule: str
    alias: Name
    whole: Name


class _Shown(NamedTuple):
    alias: Alias
    version: int

    def row(self) -> dict[str, object]:
        """As Evidence has it, without its key."""
        alias, whole = self.alias.names
        return {
            "start": self.alias.start,
            "end": self.alias.end,
            "alias": alias,
            "whole": whole,
            "version": self.version,
        }


def _stored(db: Connection, articles: Mapping[int, object]) -> dict[tuple[int, _Said], dict[str, object]]:
    alias, whole = aliased(Entity), aliased(Entity)
    shown = (Evidence.start, Evidence.end, Evidence.alias, Evidence.whole, Evidence.version)
    rows = db.execute(
        select(Evidence.article_id, Merge.rule, alias.type, alias.key, whole.type, whole.key, *shown)
        .join(Merge, Merge.id == Evidence.merge_id)
        .join(alias, alias.id == Merge.alias_id)
        .join(whole, whole.id == Merge.whole_id)
        .where(among(Evidence.article_id, articles))
    )
    names = ("start", "end", "alias", "whole", "version")
    return {
        (row[0], _Said(row[1], Name(*row[2:4]), Name(*row[4:6]))): dict(zip(names, row[6:], strict=True))
        for row in rows
    }


def _merges(db: Connection, said: set[_Said]) -> dict[_Said, int]:
    """The id of each merge, made where it is new."""
    ids = _entities(db, {name for s in said for name in (s.alias, s.whole)})
    pairs = {(ids[s.alias], ids[s.whole], s.rule): s for s in said}
    rows = [{"alias_id": alias, "whole_id": whole, "rule": rule} for alias, whole, rule in sorted(pairs)]
    if rows:
        db.execute(insert(Merge).on_conflict_do_nothing(), rows)
    key = tuple_(Merge.alias_id, Merge.whole_id, Merge.rule)
    found = db.execute(select(Merge.id, Merge.alias_id, Merge.whole_id, Merge.rule).where(key.in_(list(pairs))))
    return {pairs[alias, whole, rule]: id_ for id_, alias, whole, rule in found}


def _entities(db: Connection, names: set[Name]) -> dict[Name, int]:
    rows = db.execute(
        select(Entity.type, Entity.key, Entity.id).where(tuple_(Entity.type, Entity.key).in_(list(names)))
    )
    return {Name(type_, key): id_ for type_, key, id_ in rows}


def _forget(db: Connection, evidence: Sequence[tuple[int, int]]) -> None:
    if evidence:
        db.execute(delete(Evidence).where(tuple_(Evidence.article_id, Evidence.merge_id).in_(evidence)))


def _remember(db: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    statement = insert(Evidence)
    new = {name: statement.excluded[name] for name in ("start", "end", "alias", "whole", "version")}
    if rows:
        db.execute(statement.on_conflict_do_update(index_elements=["article_id", "merge_id"], set_=new), rows)


def _open(db: Connection, merge_ids: set[int]) -> set[int]:
    """Those of the merges that count but do not hold everywhere: one article more may decide."""
    wanted = select(Merge.id).where(among(Merge.id, merge_ids), Merge.holds != Holds.EVERYWHERE)
    return counts(db, set(db.scalars(wanted)))


def _settle_merges(db: Connection, merge_ids: set[int]) -> None:
    ends = db.execute(select(Merge.alias_id, Merge.whole_id).where(among(Merge.id, merge_ids))).all()
    if ends:
        settle(db, {end for pair in ends for end in pair})
