"""What articles say of names, as merges with their evidence; undoing one; and marking two things as not the same."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Text,
    and_,
    column,
    delete,
    func,
    literal,
    select,
    tuple_,
    update,
)
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
_SHOWN = ("start", "end", "alias", "whole", "version")  # of evidence, beside what it is of
_Row = dict[str, Any]


class _Said(NamedTuple):
    rule: str
    alias: Name
    whole: Name


def learn(db: Connection, found: Mapping[int, Sequence[Alias]]) -> None:
    """Let `found` be all the evidence of these articles, by id, in place of any earlier; put together what follows.

    The entities named must be there: the task writes them first. It is to be the last thing in its transaction that
    waits for others (see tasks.settle.lock), so several articles of one transaction are learned from in one call.
    Nothing is locked for long when nothing changes but that more articles say what is known.
    """
    wanted = {(article, _Said(a.rule, a.alias, a.whole)): _row(a) for article, said in found.items() for a in said}
    stored = _stored(db, found)
    if stored == wanted or (stored.keys() <= wanted.keys() and _confirm(db, wanted)):
        return
    lock(db)
    new, gone = wanted.keys() - stored.keys(), stored.keys() - wanted.keys()
    merges = _merges(db, {said for _, said in wanted.keys() | gone})
    before = counts(db, merges.values())
    _forget(db, [(article, merges[said]) for article, said in gone])
    _remember(db, wanted, merges)
    changed = before ^ counts(db, merges.values()) | {merges[said] for _, said in gone}
    _settle_merges(db, changed | _open(db, {merges[said] for _, said in new}))


def _confirm(db: Connection, wanted: Mapping[tuple[int, _Said], _Row]) -> bool:
    """Add evidence of merges that hold everywhere, where it can change nothing, without the lock. False, and nothing
    is done or held, when one of them does not, or someone is deciding about it.
    """
    said = {said for _, said in wanted}
    trial = db.begin_nested()
    merges = _known(db, said, Merge.holds == Holds.EVERYWHERE, held=True)
    if merges.keys() != said:
        trial.rollback()
        return False
    _remember(db, wanted, merges)
    trial.commit()
    return True


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


def _row(alias: Alias) -> _Row:
    short, whole = alias.names
    return {"start": alias.start, "end": alias.end, "alias": short, "whole": whole, "version": RULE}


def _stored(db: Connection, articles: Iterable[int]) -> dict[tuple[int, _Said], _Row]:
    alias, whole = aliased(Entity), aliased(Entity)
    shown = [getattr(Evidence, name) for name in _SHOWN]
    rows = db.execute(
        select(Evidence.article_id, Merge.rule, alias.type, alias.key, whole.type, whole.key, *shown)
        .join(Merge, Merge.id == Evidence.merge_id)
        .join(alias, alias.id == Merge.alias_id)
        .join(whole, whole.id == Merge.whole_id)
        .where(among(Evidence.article_id, articles))
    )
    return {
        (row[0], _Said(row[1], Name(*row[2:4]), Name(*row[4:6]))): dict(zip(_SHOWN, row[6:], strict=True))
        for row in rows
    }


def _merges(db: Connection, said: set[_Said]) -> dict[_Said, int]:
    """The id of each merge, made where it is new."""
    ids = _entities(db, {name for s in said for name in (s.alias, s.whole)})
    new = sorted((ids[s.alias], ids[s.whole], s.rule) for s in said - _known(db, said).keys())
    if new:
        names = ("alias_id", "whole_id", "rule")
        db.execute(insert(Merge).on_conflict_do_nothing(), [dict(zip(names, row, strict=True)) for row in new])
    return _known(db, said)


def _known(db: Connection, said: set[_Said], *which: ColumnElement[bool], held: bool = False) -> dict[_Said, int]:
    """The ids of those that are there; with `held` of those that nobody changes, and nobody can until the end."""
    rows = [(s.rule, *s.alias, *s.whole) for s in said]
    names = ("rule", "alias_type", "alias_key", "whole_type", "whole_key")
    arrays = [literal([row[place] for row in rows], ARRAY(Text)) for place in range(len(names))]
    s = func.unnest(*arrays).table_valued(*(column(name, Text) for name in names)).render_derived().c
    alias, whole = aliased(Entity), aliased(Entity)
    wanted = (
        select(s.rule, s.alias_type, s.alias_key, s.whole_type, s.whole_key, Merge.id)
        .join(alias, and_(alias.type == s.alias_type, alias.key == s.alias_key))
        .join(whole, and_(whole.type == s.whole_type, whole.key == s.whole_key))
        .join(Merge, and_(Merge.alias_id == alias.id, Merge.whole_id == whole.id, Merge.rule == s.rule))
        .where(*which)
    )
    if held:
        wanted = wanted.with_for_update(read=True, skip_locked=True, of=Merge)
    return {_Said(row[0], Name(*row[1:3]), Name(*row[3:5])): row.id for row in db.execute(wanted)}


def _entities(db: Connection, names: set[Name]) -> dict[Name, int]:
    rows = db.execute(
        select(Entity.type, Entity.key, Entity.id).where(tuple_(Entity.type, Entity.key).in_(list(names)))
    )
    return {Name(type_, key): id_ for type_, key, id_ in rows}


def _forget(db: Connection, evidence: Sequence[tuple[int, int]]) -> None:
    if evidence:
        db.execute(delete(Evidence).where(tuple_(Evidence.article_id, Evidence.merge_id).in_(evidence)))


def _remember(db: Connection, wanted: Mapping[tuple[int, _Said], _Row], merges: Mapping[_Said, int]) -> None:
    rows = [{"article_id": article, "merge_id": merges[said]} | row for (article, said), row in wanted.items()]
    statement = insert(Evidence)
    new = {name: statement.excluded[name] for name in _SHOWN}
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
