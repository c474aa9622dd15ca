"""Which thing a name is of, for readers: everywhere, or in one article that says what it means by it."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    any_,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from models.alias import Distinct, Evidence, Merge
from models.entity import Entity, Mention
from nlp.mentions import normalise
from nlp.partition import Holds

TYPES = ("PER", "ORG", "LOC", "MISC")
Db = Connection | Session


def root_id(entity: Any = Entity) -> ColumnElement[int]:
    """The id of the entity that stands for this one's thing."""
    return func.coalesce(entity.same_as, entity.id)


def root_of(db: Db, entity_id: int) -> int | None:
    """The entity that stands for the thing; None when there is no such entity."""
    return db.scalar(select(root_id()).where(Entity.id == entity_id))


def is_member(root: Any, entity: Any = Entity) -> ColumnElement[bool]:
    """Whether an entity is of the thing, in words that the indexes understand."""
    return or_(entity.id == root, entity.same_as == root)


def named(db: Db, name: str) -> list[int]:
    """The things that have this name, whatever their type and however it is spelled; at most one a type."""
    keys = [and_(Entity.type == type_, Entity.key == normalise(name, type_)) for type_ in TYPES]
    roots = db.scalars(select(root_id()).where(or_(*keys)).order_by(Entity.type, Entity.id))
    return list(dict.fromkeys(roots))


def things_of(db: Db, article_id: int) -> list[Any]:
    """Rows (article, id, type, name, start, end, score) of the article's mentions, in order, each with its thing."""
    return things_of_all(db, [article_id])


def things_of_all(db: Db, article_ids: Sequence[int]) -> list[Any]:
    """The same of several articles, one after the other."""
    here, root = _meant_in(article_ids), aliased(Entity)
    meant = and_(here.c.article_id == Mention.article_id, here.c.alias_id == Mention.entity_id)
    return list(
        db.execute(
            select(Mention.article_id, root.id, root.type, root.name, Mention.start, Mention.end, Mention.score)
            .outerjoin(here, meant)
            .join(Entity, Entity.id == func.coalesce(here.c.whole_id, Mention.entity_id))
            .join(root, root.id == root_id())
            .where(_one_of(Mention.article_id, article_ids))
            .order_by(Mention.article_id, Mention.start)
        )
    )


class Meaning(NamedTuple):
    """A name that means a thing in the articles that are the merge's evidence, and only there."""

    merge_id: int
    alias_id: int
    alias_root: int
    whole_root: int


def meanings(db: Db, root: int) -> list[Meaning]:
    """Of the names of a thing those that mean others in some articles, and the other names that mean it there."""
    alias, whole = aliased(Entity), aliased(Entity)
    wanted = _meanings(alias, whole, Merge.id, Merge.alias_id, root_id(alias), root_id(whole))
    touching = or_(Merge.alias_id.in_(_members(root)), Merge.whole_id.in_(_members(root)))
    return [Meaning(*row) for row in db.execute(wanted.where(touching).order_by(Merge.id))]


def _members(root: int) -> Select[int]:
    member = aliased(Entity)
    return select(member.id).where(is_member(root, member))


def _meant_in(article_ids: Sequence[int]) -> Subquery:
    """(article_id, alias_id, whole_id) of names that mean one thing in an article of these, and others elsewhere."""
    alias, whole = aliased(Entity), aliased(Entity)
    return (
        _meanings(alias, whole, Evidence.article_id, Merge.alias_id, Merge.whole_id)
        .join(Evidence, Evidence.merge_id == Merge.id)
        .where(_one_of(Evidence.article_id, article_ids))
        .ext(distinct_on(Evidence.article_id, Merge.alias_id))
        .order_by(Evidence.article_id, Merge.alias_id, Merge.rule, whole.key)
        .subquery()
    )


def _one_of(column: Any, ids: Sequence[int]) -> ColumnElement[bool]:
    wanted: ColumnElement[bool] = column == any_(literal(list(ids), ARRAY(BigInteger)))
    return wanted


def _meanings(alias: Any, whole: Any, *columns: Any) -> Select[Any]:
    """Merges that hold in their articles only, unless a mark keeps their ends, or what is one with these, apart."""
    one, other = aliased(Entity), aliased(Entity)
    ends = {root_id(alias), root_id(whole)}
    marked = (
        select(Distinct.one_id)
        .join(one, one.id == Distinct.one_id)
        .join(other, other.id == Distinct.other_id)
        .where(or_(*(and_(root_id(one) == a, root_id(other) == b) for a, b in permutations(ends))))
        .correlate(alias, whole)
        .exists()
    )
    return (
        select(*columns)
        .join(alias, alias.id == Merge.alias_id)
        .join(whole, whole.id == Merge.whole_id)
        .where(Merge.holds == Holds.THERE, ~marked)
    )
