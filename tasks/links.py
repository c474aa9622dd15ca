"""An article's neighbours, each with its why: previous, next, and the related ones.

Only related articles are stored. Previous and next are asked when read, over indexes, so that they are right whatever
arrived late or first (docs/decisions/0001-previous-and-next.md).
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.article import Article, Declared
from models.entity import Entity, Mention
from nlp.evidence import apart
from tasks.one_thing import is_member, root_id
from tasks.related import related

SHARED_NAMES = 5  # shown in a why: the rarest first, since they say most
COMMON = 1000  # mentions from which a name is common, and is counted no further
TIME = "time 1"  # the rules of previous and next: raise a number when its links change
DECLARED = "declared by the page 1"
DECLARED_BY_OTHER = "declared by the other page 1"


@dataclass(frozen=True)
class Link:
    """A neighbour and why it is one. `article_id` is None until it arrives; only related ones have a `score`."""

    kind: str
    article_id: int | None
    title: str
    url: str | None
    score: float | None
    why: dict[str, Any]


def links(db: Session, article: Article) -> list[Link]:
    """Previous, next, then the related articles, best first."""
    return [*_beside(db, article), *_related(db, article)]


def _related(db: Session, article: Article) -> list[Link]:
    found = related(db.connection(), article.id, partial(_shared_names, db, article.id))
    return [Link("related", **row) for row in found]


def _hours(one: datetime | None, other: datetime | None) -> float | None:
    return round(abs((one - other).total_seconds()) / 3600, 1) if one and other else None


def _shared_names(db: Session, article_id: int, others: list[int]) -> dict[int, list[str]]:
    """For each other article, the things it has in common with this one, by whatever name; the rarest first.

    Asked when read, not stored: entities are tagged in parallel, and a stored answer would miss the later half.
    """
    root, theirs, member = aliased(Entity), aliased(Mention), aliased(Entity)
    places = (
        select(theirs.entity_id)
        .join(member, member.id == theirs.entity_id)
        .where(is_member(root.id, member))
        .limit(COMMON)
        .correlate(root)
        .subquery()
    )
    rarity = select(func.count()).select_from(places).scalar_subquery()
    mine = select(root_id()).join(Mention, Mention.entity_id == Entity.id).where(Mention.article_id == article_id)
    rows = db.execute(
        select(Mention.article_id, root.name)
        .join(Entity, Entity.id == Mention.entity_id)
        .join(root, root.id == root_id())
        .where(Mention.article_id.in_(others), root.id.in_(mine))
        .group_by(Mention.article_id, root.id)
        .order_by(rarity, root.name)
    )
    shared: dict[int, list[str]] = {}
    for other, name in rows:
        names = shared.setdefault(other, [])
        if len(names) < SHARED_NAMES and name not in names:
            names.append(name)
    return shared


def _beside(db: Session, article: Article) -> list[Link]:
    """Previous and next: as the page declares them, else by publication time within the source.

    Asked when read, over indexes, so that they are right whatever arrived late or first.
    """
    beside = []
    for kind in ("previous", "next"):
        link = _declared(db, article, kind) or _declared_by_other(db, article, kind) or _by_time(db, article, kind)
        beside += [link] if link else []
    return beside


def _declared(db: Session, article: Article, kind: str) -> Link | None:
    """What the page names; a link without an article while that one has not arrived."""
    declared = db.get(Declared, (article.id, kind))
    if declared is None:
        return None
    target = db.execute(
        select(Article.id, Article.title, Article.url, Article.published_at)
        .where(
            Article.id != article.id,
            or_(
                _same(Article.url_key, declared.url_key),
                and_(Article.source == article.source, _same(Article.title_key, declared.title_key)),
            ),
        )
        .order_by(Article.id)
        .limit(1)
    ).first()
    said = f"the page names it as its {kind} article"
    if target is None:
        return Link(kind, None, declared.title, declared.url, None, _why(DECLARED, said, None))
    hours = _hours(article.published_at, target.published_at)
    return Link(kind, target.id, target.title, target.url, None, _why(DECLARED, said, hours))


def _why(rule: str, said: str, hours: float | None) -> dict[str, Any]:
    sentence = said if hours is None else f"{said}; {apart(hours)}"
    return {"rule": rule, "hours_apart": hours, "sentence": sentence}


def _same(column: Any, key: str | None) -> ColumnElement[bool]:
    """Equal, where there is something to compare: two unknown titles or addresses are not the same."""
    return column == key if key else false()


def _declared_by_other(db: Session, article: Article, kind: str) -> Link | None:
    """The article whose page names this one as the opposite: my previous calls me its next."""
    opposite = {"previous": "next", "next": "previous"}[kind]
    row = db.execute(
        select(Article.id, Article.title, Article.url, Article.published_at)
        .join(Declared, Declared.article_id == Article.id)
        .where(
            Declared.kind == opposite,
            Article.id != article.id,
            or_(
                _same(Declared.url_key, article.url_key),
                and_(Article.source == article.source, _same(Declared.title_key, article.title_key)),
            ),
        )
        .order_by(Article.id)
        .limit(1)
    ).first()
    if row is None:
        return None
    said = f"its page names this one as its {opposite} article"
    hours = _hours(article.published_at, row.published_at)
    return Link(kind, row.id, row.title, row.url, None, _why(DECLARED_BY_OTHER, said, hours))


def _by_time(db: Session, article: Article, kind: str) -> Link | None:
    """The nearest in time within the source; of equal times the earlier id comes first. Undated articles have none."""
    if article.published_at is None or not article.source:
        return None
    here = (article.published_at, article.id)
    place = func.row(Article.published_at, Article.id)
    earlier = kind == "previous"
    row = db.execute(
        select(Article.id, Article.title, Article.url, Article.published_at)
        .where(
            Article.source == article.source,
            Article.text.is_not(None),
            place < func.row(*here) if earlier else place > func.row(*here),
        )
        .order_by(
            Article.published_at.desc() if earlier else Article.published_at,
            Article.id.desc() if earlier else Article.id,
        )
        .limit(1)
    ).first()
    if row is None:
        return None
    said = f"{kind} in {article.source} by publication time"
    hours = _hours(article.published_at, row.published_at)
    return Link(kind, row.id, row.title, row.url, None, _why(TIME, said, hours))
