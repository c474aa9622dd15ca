"""Groups of articles that are one text.

A group is all articles that are connected by pairs that nlp.duplicates calls the same, whatever came first. An article
has one row in it; no pair is stored. What is said of a group when it is read is in tasks.copies.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    any_,
    bindparam,
    delete,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from models.article import Article
from models.duplicate import Duplicate
from nlp.duplicates import RULE, days_apart, is_same, united
from nlp.passages import Passages, read
from tasks.bands import candidates, is_of_today, suspects

LOCK = 0xC0B7DE5F  # advisory lock: one transaction at a time changes who is in which group
_ARTICLE = bindparam("article", type_=BigInteger)


class Same(NamedTuple):
    """An article whose text, as it was when compared, is the same."""

    article_id: int
    text_hash: bytes


def link_duplicates(db: Connection, articles: Mapping[int, Passages]) -> None:
    """Put each article in the group of its duplicates, and groups that it connects together. Again changes nothing.

    Call it last in a transaction: groups are changed by one transaction at a time.
    """
    for article_id in suspects(db, articles):
        while not unite(db, article_id, find_duplicates(db, article_id, articles[article_id])):
            pass


def find_duplicates(db: Connection, article_id: int, passages: Passages) -> list[Same]:
    """Articles with the same text, of each group one: enough to know the group. One statement, then comparisons."""
    found: list[Same] = []
    groups: set[int] = set()
    for row in db.execute(candidates(), {"article": article_id}):
        days = days_apart(row.published_at, row.mine)
        if row.group_id not in groups and is_same(passages, read(row.text), days):
            found.append(Same(row.id, row.text_hash))
            groups |= {row.group_id} - {None}
    return found


def unite(db: Connection, article_id: int, found: Sequence[Same]) -> bool:
    """Make one group of the article and those found, with all that are in a group with one of them.

    A membership from an older text or rule ends first. False when a text has changed since it was compared: it may have
    stood for the rest of its group, so that they have to be looked for again.
    """
    left = db.scalar(_left(), {"article": article_id})
    if left is None and not found:
        return True
    db.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    if left is not None:
        _leave(db, article_id, left)
    return not found or _join(db, article_id, found)


@cache
def _left() -> Select[Any]:
    """The group of which the article was a member with an older text, or by an older rule."""
    return select(Duplicate.group_id).join(Article).where(Duplicate.article_id == _ARTICLE, ~is_of_today())


def _join(db: Connection, article_id: int, found: Sequence[Same]) -> bool:
    unchanged = tuple_(Article.id, Article.text_hash).in_([tuple(same) for same in found])
    if db.scalar(select(func.count()).where(unchanged)) != len(found):
        return False
    ours = or_(Article.id == article_id, unchanged)
    rows = select(Article.id, Article.id, Article.text_hash, literal(RULE)).where(ours)
    columns = ["article_id", "group_id", "text_hash", "rule"]
    db.execute(insert(Duplicate).from_select(columns, rows).on_conflict_do_nothing())
    met = select(Duplicate.group_id).join(Article).where(ours, is_of_today())
    lowest = select(func.min(met.subquery().c.group_id)).scalar_subquery()
    moved = update(Duplicate).where(Duplicate.group_id.in_(met), Duplicate.group_id != lowest)
    db.execute(moved.values(group_id=lowest))
    return True


def _leave(db: Connection, article_id: int, group_id: int) -> None:
    """Take the article out; what only it connected comes apart."""
    members = (
        select(Article.id, Article.text, Article.published_at).join(Duplicate).where(Duplicate.group_id == group_id)
    )
    intact = and_(Article.id != article_id, Duplicate.text_hash == Article.text_hash)
    rest = db.execute(members.where(intact).order_by(Article.id)).all()
    groups = united([read(row.text) for row in rest], [row.published_at for row in rest])
    parts = [[rest[place].id for place in group] for group in groups if len(group) > 1]
    staying = _values([member for part in parts for member in part])
    db.execute(delete(Duplicate).where(Duplicate.group_id == group_id, Duplicate.article_id != func.all(staying)))
    for part in parts:
        theirs = Duplicate.article_id == any_(_values(part))
        db.execute(update(Duplicate).where(theirs).values(group_id=part[0], rule=RULE))


def _values(numbers: Sequence[int]) -> ColumnElement[Sequence[int]]:
    """One parameter, however many numbers."""
    return literal(list(numbers), ARRAY(BigInteger))
