"""Groups of articles that are one text: marks are committed first, then searched with, so no pair is missed.

A group is all articles that are connected by pairs that nlp.duplicates calls the same, whatever came first. An article
has one row in it; no pair is stored. What is said of a group when it is read is in tasks.copies.
"""

from collections.abc import Sequence
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
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import aliased

from models.article import Article
from models.duplicate import Band, Duplicate
from nlp.duplicates import RULE, compare, days_apart, united
from nlp.passages import ROWS, Passages, read, sketch

LOCK = 0xC0B7DE5F  # advisory lock: one transaction at a time changes who is in which group
SHARED = 3  # bands in common from which two articles are compared; see bench.duplicates
COMMON = 200  # articles with a band, the latest, that are looked at: boilerplate has any number of them
COMPARED = 32  # texts an article is compared with, those with most bands in common first
OF_A_GROUP = 8  # of them from one group, since one that is the same is enough
_ARTICLE = bindparam("article", type_=BigInteger)


class Same(NamedTuple):
    """An article whose text, as it was when compared, is the same."""

    article_id: int
    text_hash: bytes


def save_bands(db: Connection, article_id: int, passages: Passages) -> None:
    """Store the article's bands in place of any others. Commit before `find_duplicates`: of two articles arriving
    together, the later one then finds the other.
    """
    db.execute(_replace_bands(), {"article": article_id, "bands": sketch(passages)})


def link_duplicates(db: Connection, article_id: int, passages: Passages) -> None:
    """Put the article in the group of its duplicates, and groups that it connects together. Again changes nothing.

    Call it last in a transaction: groups are changed by one transaction at a time.
    """
    while not unite(db, article_id, find_duplicates(db, article_id, passages)):
        pass


def find_duplicates(db: Connection, article_id: int, passages: Passages) -> list[Same]:
    """Articles with the same text, of each group one: enough to know the group. One statement, then comparisons."""
    found: list[Same] = []
    groups: set[int] = set()
    for row in db.execute(_candidates(), {"article": article_id}):
        days = days_apart(row.published_at, row.mine)
        if row.group_id not in groups and compare(passages, read(row.text), days).same:
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


@cache  # each of these takes longer to build than to run
def _replace_bands() -> Insert:
    new = bindparam("bands", type_=ARRAY(BigInteger))
    gone = delete(Band).where(Band.article_id == _ARTICLE, Band.band != func.all(new)).cte("gone")
    rows = select(_ARTICLE, func.unnest(new)).add_cte(gone)
    return insert(Band).from_select(["article_id", "band"], rows).on_conflict_do_nothing()


@cache
def _candidates() -> Select[Any]:
    """Articles that may be the same, the likeliest first, each with its text and its group."""
    met = union_all(_by_bands(), _by_text()).subquery()
    likely = select(met.c.id, func.max(met.c.shared).label("shared")).group_by(met.c.id).subquery()
    group = func.coalesce(Duplicate.group_id, -Article.id)
    place = func.row_number().over(partition_by=group, order_by=(likely.c.shared.desc(), Article.id))
    mine = aliased(Article)
    facts = (Article.id, Article.text, Article.text_hash, Article.published_at, Duplicate.group_id)
    ranked = (
        select(*facts, mine.published_at.label("mine"), likely.c.shared, place.label("place"))
        .join(likely, likely.c.id == Article.id)
        .outerjoin(Duplicate, and_(Duplicate.article_id == Article.id, _is_of_today()))
        .join(mine, mine.id == _ARTICLE)
        .where(Article.text_hash.is_not(None))
        .subquery()
    )
    best = select(ranked).where(ranked.c.place <= OF_A_GROUP)
    return best.order_by(ranked.c.shared.desc(), ranked.c.id).limit(COMPARED)


def _by_bands() -> Select[Any]:
    mine, theirs = aliased(Band), aliased(Band)
    latest = (
        select(theirs.article_id)
        .where(theirs.band == mine.band, theirs.article_id != _ARTICLE)
        .order_by(theirs.article_id.desc())
        .limit(COMMON)
        .correlate(mine)
        .lateral()
    )
    shared = func.count()
    return (
        select(latest.c.article_id.label("id"), shared.label("shared"))
        .select_from(mine)
        .join(latest, literal(True))
        .where(mine.article_id == _ARTICLE)
        .group_by(latest.c.article_id)
        .having(shared >= SHARED)
    )


def _by_text() -> Select[Any]:
    """Those with exactly the words: they are found however common their bands are."""
    mine = select(Article.text_hash).where(Article.id == _ARTICLE).scalar_subquery()
    same = select(Article.id).where(Article.text_hash == mine, Article.id != _ARTICLE).limit(COMPARED).subquery()
    return select(same.c.id, literal(ROWS + 1).label("shared"))


@cache
def _left() -> Select[Any]:
    """The group of which the article was a member with an older text, or by an older rule."""
    return select(Duplicate.group_id).join(Article).where(Duplicate.article_id == _ARTICLE, ~_is_of_today())


def _is_of_today() -> ColumnElement[bool]:
    """Whether a membership was found with the article's present text and the present rule."""
    return and_(Duplicate.text_hash == Article.text_hash, Duplicate.rule == RULE)


def _join(db: Connection, article_id: int, found: Sequence[Same]) -> bool:
    unchanged = tuple_(Article.id, Article.text_hash).in_([tuple(same) for same in found])
    if db.scalar(select(func.count()).where(unchanged)) != len(found):
        return False
    ours = or_(Article.id == article_id, unchanged)
    rows = select(Article.id, Article.id, Article.text_hash, literal(RULE)).where(ours)
    columns = ["article_id", "group_id", "text_hash", "rule"]
    db.execute(insert(Duplicate).from_select(columns, rows).on_conflict_do_nothing())
    met = select(Duplicate.group_id).join(Article).where(ours, _is_of_today())
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
