"""What articles say of names, as merges with their evidence; undoing one; and marking two things as not the same."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from models.alias import Distinct, Merge
from models.entity import Entity
from nlp.aliases import Alias
from nlp.partition import Holds
from tasks import evidence
from tasks.one_thing import root_id, root_of
from tasks.settle import among, counts, lock, settle

LONGEST_WHY = 500  # characters


def learn(db: Connection, found: Mapping[int, Sequence[Alias]]) -> None:
    """Let `found` be all the evidence of these articles, by id, in place of any earlier; put together what follows.

    The entities named must be there: the task writes them first. It is to be the last thing in its transaction that
    waits for others (see tasks.settle.lock), so several articles of one transaction are learned from in one call.
    The lock is not taken when nothing changes but that more articles say what is known.
    """
    wanted, stored = evidence.wanted(found), evidence.stored(db, found)
    if stored == wanted or (stored.keys() <= wanted.keys() and _confirm(db, wanted)):
        return
    lock(db)
    new, gone = wanted.keys() - stored.keys(), stored.keys() - wanted.keys()
    merges = evidence.merge_ids(db, {said for _, said in wanted.keys() | gone})
    before = counts(db, merges.values())
    evidence.forget(db, [(article, merges[said]) for article, said in gone])
    evidence.remember(db, wanted, merges)
    changed = before ^ counts(db, merges.values()) | {merges[said] for _, said in gone}
    _settle_merges(db, changed | _open(db, {merges[said] for _, said in new}))


def _confirm(db: Connection, wanted: evidence.Shown) -> bool:
    """Add evidence of merges that hold everywhere, where it can change nothing, without the lock. False, and nothing
    is done or held, when one of them does not, or someone is deciding about it.
    """
    said = {said for _, said in wanted}
    trial = db.begin_nested()
    merges = evidence.settled(db, said)
    if merges.keys() != said:
        trial.rollback()
        return False
    evidence.remember(db, wanted, merges)
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


def _open(db: Connection, merge_ids: set[int]) -> set[int]:
    """Those of the merges that count but do not hold everywhere: one article more may decide."""
    wanted = select(Merge.id).where(among(Merge.id, merge_ids), Merge.holds != Holds.EVERYWHERE)
    return counts(db, set(db.scalars(wanted)))


def _settle_merges(db: Connection, merge_ids: set[int]) -> None:
    ends = db.execute(select(Merge.alias_id, Merge.whole_id).where(among(Merge.id, merge_ids))).all()
    if ends:
        settle(db, {end for pair in ends for end in pair})
