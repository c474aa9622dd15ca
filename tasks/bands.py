"""By which articles their duplicates are found: a few numbers an article, stored as rows, and what they lead to.

They are committed before they are searched with, so that of two articles arriving together the later finds the other.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    func,
    literal,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import aliased

from models.article import Article
from models.duplicate import Band, Duplicate
from nlp.duplicates import RULE
from nlp.passages import ROWS, Passages, sketch

SHARED = 3  # bands in common from which two articles are compared; see bench.duplicates
COMMON = 200  # articles with a band, the latest, that are looked at: boilerplate has any number of them
COMPARED = 32  # texts an article is compared with, those with most bands in common first
OF_A_GROUP = 8  # of them from one group, since one that is the same is enough
_ARTICLE = bindparam("article", type_=BigInteger)
_REPLACE = text(
    "with new (article_id, band) as (select * from unnest(cast(:articles as bigint[]), cast(:bands as bigint[]))), "
    "gone as (delete from bands b where b.article_id = any(:ids) and not exists "
    "(select from new where new.article_id = b.article_id and new.band = b.band)) "
    "insert into bands (article_id, band) select article_id, band from new on conflict do nothing"
)
_SUSPECTS = text(
    "select mine.article_id from bands mine cross join lateral (select article_id from bands theirs "
    "where theirs.band = mine.band and theirs.article_id <> mine.article_id order by article_id desc limit :common) "
    "latest where mine.article_id = any(:ids) group by mine.article_id, latest.article_id having count(*) >= :shared "
    "union select a.id from articles a where a.id = any(:ids) and exists "
    "(select from articles b where b.text_hash = a.text_hash and b.id <> a.id) "
    "union select d.article_id from duplicates d join articles a on a.id = d.article_id "
    "where d.article_id = any(:ids) and (d.text_hash <> a.text_hash or d.rule <> :rule)"
)


def save_bands(db: Connection, articles: Mapping[int, Passages]) -> None:
    """Store the bands of articles, by id, in place of any others. Commit before `find_duplicates`: of two articles
    arriving together, the later one then finds the other.
    """
    sketches = {article_id: sketch(articles[article_id]) for article_id in sorted(articles)}
    pairs = [(article_id, band) for article_id, bands in sketches.items() for band in bands]
    given = {"ids": list(sketches), "articles": [i for i, _ in pairs], "bands": [band for _, band in pairs]}
    db.execute(_REPLACE, given)


def suspects(db: Connection, article_ids: Iterable[int]) -> list[int]:
    """Those that have anything to be compared with, or a membership from an older text or rule; most have not."""
    given = {"ids": list(article_ids), "common": COMMON, "shared": SHARED, "rule": RULE}
    return sorted(db.scalars(_SUSPECTS, given))


@cache  # each of these takes longer to build than to run
def candidates() -> Select[Any]:
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
        .outerjoin(Duplicate, and_(Duplicate.article_id == Article.id, is_of_today()))
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


def is_of_today() -> ColumnElement[bool]:
    """Whether a membership was found with the article's present text and the present rule."""
    return and_(Duplicate.text_hash == Article.text_hash, Duplicate.rule == RULE)
