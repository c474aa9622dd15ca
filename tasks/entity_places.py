"""Where a thing is mentioned: its articles, when they came, and what else they mention. At a bounded cost.

All is read from the newest articles that mention it, by arrival (`MOST_ARTICLES`), so that a thing of a hundred
thousand mentions costs no more than one of five thousand; what goes together, from the newest `MOST_SHARED` of those.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Integer, Select, column, func, literal, select, true, union_all
from sqlalchemy.orm import aliased

from models.alias import Evidence, Merge
from models.article import Article
from models.entity import Entity, Mention
from tasks.one_thing import Db, is_member, meanings, root_id
from tasks.settle import among

MOST_ARTICLES = 5000
MOST_SHARED = 300
MOST_BARS = 60  # of a timeline
NEWEST = 10
CANDIDATES = 100  # for what goes together, before rarity is weighed
TOGETHER = 15
COMMON = 1000  # mentions from which a name is common, and is counted no further


@dataclass(frozen=True)
class Places:
    """Ids of articles that mention the thing, newest first, and how often each does; and whether these are all."""

    articles: list[int]
    mentions: list[int]
    complete: bool


def places(db: Db, root: int) -> Places:
    """Where the thing is mentioned by any of its names, and by names that mean it only in some articles."""
    meant = meanings(db, root)
    away = [m.merge_id for m in meant if m.alias_root == root]
    here = [m.merge_id for m in meant if m.whole_root == root]
    parts = [_by_own_names(root, away), *([_by_names_meant_there(here)] if here else [])]
    found = union_all(*parts).subquery()
    rows = db.execute(
        select(found.c.article_id, func.sum(found.c.mentions))
        .group_by(found.c.article_id)
        .order_by(found.c.article_id.desc())
        .limit(MOST_ARTICLES + 1)
    ).all()
    kept = rows[:MOST_ARTICLES]
    return Places([row[0] for row in kept], [int(row[1]) for row in kept], len(rows) == len(kept))


def _by_own_names(root: int, away: list[int]) -> Select[Any]:
    """But not by those of these merges in the articles that say that they mean another thing."""
    own = select(Mention.article_id).where(Mention.entity_id == Entity.id)
    if away:
        elsewhere = select(Evidence.merge_id).join(Merge, Merge.id == Evidence.merge_id)
        here = (Evidence.article_id == Mention.article_id, Merge.alias_id == Entity.id)
        own = own.where(~elsewhere.where(among(Merge.id, away), *here).correlate(Mention, Entity).exists())
    counted = _newest(own.correlate(Entity))
    return select(counted.c.article_id, counted.c.mentions).join_from(Entity, counted, true()).where(is_member(root))


def _by_names_meant_there(merges: list[int]) -> Select[Any]:
    meant = (
        select(Mention.article_id)
        .join(Evidence, Evidence.article_id == Mention.article_id)
        .where(Evidence.merge_id == Merge.id, Mention.entity_id == Merge.alias_id)
    )
    counted = _newest(meant.correlate(Merge))
    columns = select(counted.c.article_id, counted.c.mentions)
    return columns.join_from(Merge, counted, true()).where(among(Merge.id, merges))


def _newest(mentions: Select[Any]) -> Any:
    """The newest articles of these mentions, with their number: read from the end of the index, and no further."""
    return (
        mentions.add_columns(func.count().label("mentions"))
        .group_by(Mention.article_id)
        .order_by(Mention.article_id.desc())
        .limit(MOST_ARTICLES + 1)
        .lateral()
    )


def newest(db: Db, found: Places) -> list[dict[str, Any]]:
    """The newest of these articles, by publication; undated ones by arrival."""
    when = func.coalesce(Article.published_at, Article.created_at)
    rows = db.execute(
        select(Article.id, Article.title, Article.source, Article.url, Article.published_at)
        .where(among(Article.id, found.articles))
        .order_by(when.desc(), Article.id.desc())
        .limit(NEWEST)
    )
    return [dict(row._mapping) for row in rows]


def timeline(db: Db, found: Places) -> dict[str, Any]:
    """Articles and mentions a day, or a week when the days would be more than `MOST_BARS`; the newest so many, in UTC.

    Days or weeks without a mention are left out.
    """
    days = _counted(db, found, "day")
    span = (days[-1]["start"] - days[0]["start"]).days if days else 0
    unit, bars = ("day", days) if span < MOST_BARS else ("week", _counted(db, found, "week"))
    return {"unit": unit, "bars": bars[-MOST_BARS:], "articles": len(found.articles), "complete": found.complete}


def _counted(db: Db, found: Places, unit: str) -> list[dict[str, Any]]:
    ids, numbers = literal(found.articles, ARRAY(BigInteger)), literal(found.mentions, ARRAY(Integer))
    given = (
        func.unnest(ids, numbers).table_valued(column("id", BigInteger), column("mentions", Integer)).render_derived()
    )
    when = func.timezone("UTC", func.coalesce(Article.published_at, Article.created_at))
    start = func.date_trunc(unit, when).label("start")
    rows = db.execute(
        select(start, func.count(), func.sum(given.c.mentions))
        .join(given, given.c.id == Article.id)
        .group_by(start)
        .order_by(start)
    )
    return [{"start": _day(row[0]), "articles": row[1], "mentions": int(row[2])} for row in rows]


def _day(moment: Any) -> date:
    day: date = moment.date()
    return day


def together(db: Db, root: int, found: Places) -> list[dict[str, Any]]:
    """Things that are in at least two of these articles too, with the number of them; those that say most first.

    `weight` is that number over the square root of all mentions of the other thing, which are counted to `COMMON`: of
    two that share as many articles, the rarer one comes first. Only the `CANDIDATES` that share most are weighed.
    """
    shared = _shared(root, found.articles[:MOST_SHARED]).subquery()
    member = aliased(Entity)
    few = (
        select(Mention.entity_id)
        .join(member, member.id == Mention.entity_id)
        .where(is_member(shared.c.id, member))
        .limit(COMMON)
        .correlate(shared)
        .subquery()
    )
    mentions = select(func.count()).select_from(few).scalar_subquery()
    weight = (shared.c.articles / func.sqrt(func.greatest(mentions, 1))).label("weight")
    rows = db.execute(
        select(Entity.id, Entity.type, Entity.name, shared.c.articles, weight)
        .join(shared, shared.c.id == Entity.id)
        .order_by(weight.desc(), Entity.id)
        .limit(TOGETHER)
    )
    return [dict(row._mapping) | {"weight": round(float(row.weight), 4)} for row in rows]


def _shared(root: int, articles: Sequence[int]) -> Select[int, int]:
    number = func.count(Mention.article_id.distinct())
    other = root_id()
    return (
        select(other.label("id"), number.label("articles"))
        .join(Mention, Mention.entity_id == Entity.id)
        .where(among(Mention.article_id, articles), other != root)
        .group_by(other)
        .having(number > 1)
        .order_by(number.desc(), other)
        .limit(CANDIDATES)
    )
