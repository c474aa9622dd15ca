"""Search by words: PostgreSQL's full text search, bounded so that a common word in a million articles stays fast.

What is ranked are the newest matches. Of a rare word they are found through the index of words, and are all there are;
of a common one by reading articles from the newest on, of which many have it.
"""

from sqlalchemy import ColumnElement, Connection, bindparam, func, literal_column, select, text

from models.article import Article
from tasks.listing import AT, Filters, conditions
from tasks.settle import among

LANGUAGE: ColumnElement[object] = literal_column("'english'::regconfig")
MOST_FOUND = 20_000  # matches read through the index of words; beyond them a word is common
MOST_RANKED = 500
BY_LENGTH = 1  # ts_rank_cd divides by 1 + the logarithm of the length, or long articles always won
_THROUGH_INDEX = text("select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'on', true)")
_FROM_NEWEST = text("select set_config('enable_seqscan', 'on', true), set_config('enable_bitmapscan', 'off', true)")
_AS_ALWAYS = text("select set_config('enable_seqscan', 'on', true), set_config('enable_bitmapscan', 'on', true)")


def asked(query: str) -> ColumnElement[object]:
    """The query as people write it to search engines: words, "phrases", or, -not."""
    return func.websearch_to_tsquery(LANGUAGE, bindparam("query", query, unique=True))


def by_words(db: Connection, query: str, filters: Filters, most: int) -> list[tuple[int, float]]:
    """The ids of the articles that have the words, best first, with `ts_rank_cd`; of equal rank the newest first."""
    ids = newest_with_words(db, query, filters, MOST_RANKED)
    rank = func.ts_rank_cd(Article.words, asked(query), BY_LENGTH).label("rank")
    ranked = select(Article.id, rank).where(among(Article.id, ids))
    rows = db.execute(ranked.order_by(rank.desc(), AT.desc(), Article.id.desc()).limit(most))
    return [(row.id, row.rank) for row in rows]


def newest_with_words(db: Connection, query: str, filters: Filters, most: int) -> list[int]:
    """The ids of the newest articles that have the words, newest first."""
    matching = select(Article.id, AT.label("at")).where(
        Article.words.bool_op("@@")(asked(query)), *conditions(db, filters)
    )
    db.execute(_THROUGH_INDEX)
    some = matching.limit(MOST_FOUND + 1).cte("some").prefix_with("materialized", dialect="postgresql")
    number = func.count().over().label("number")
    found = select(some.c.id, number).order_by(some.c.at.desc(), some.c.id.desc()).limit(most)
    rows = db.execute(found).all()
    ids = [row.id for row in rows]
    if rows and rows[0].number > MOST_FOUND:
        db.execute(_FROM_NEWEST)
        ids = list(db.scalars(matching.order_by(AT.desc(), Article.id.desc()).limit(most)))
    db.execute(_AS_ALWAYS)
    return ids
