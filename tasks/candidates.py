"""Which stored articles an arriving one is compared with: a bounded number, whatever the size of the archive.

Those whose vectors are nearest, and those nearest in time that have one of its heaviest terms, all within a horizon.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache

from sqlalchemy import ARRAY, BigInteger, Connection, TextClause, any_, bindparam, select, text

from models.features import Features as Row
from nlp.pairs import Features

MOST_NEAREST = 24  # by vector
MOST_A_TERM = 8  # articles before and as many after, nearest in time: common terms are bounded, too
MOST_BY_TERMS = 24  # of all terms together, those that have most of them
COMPARED = ("hashes", "weights", "names", "numbers", "vector", "published_at")  # columns, in the order of Features
EF_SEARCH = 64  # docs/decisions/0004-vectors.md
MOST_SCANNED = 1000  # vectors looked at where few are within the horizon
_SETTINGS = text(
    f"select set_config('hnsw.ef_search', '{EF_SEARCH:d}', true), "
    "set_config('hnsw.iterative_scan', 'strict_order', true), "  # without it a WHERE starves the index
    f"set_config('hnsw.max_scan_tuples', '{MOST_SCANNED:d}', true), "
    "set_config('enable_sort', 'off', true)"  # or a planner that expects few in the horizon sorts the whole table
)
_RESET = text("select set_config('enable_sort', 'on', true)")
_NEAREST = """
    select v.article_id from vectors v
    where v.dimensions = {width} and v.lineage = mine.lineage and v.article_id <> mine.article_id
      and v.at between mine.at - cast(:horizon as interval) and mine.at + cast(:horizon as interval)
    order by v.vector::halfvec({width}) <=> mine.vector::halfvec({width}) limit {nearest}
"""
_SHARING = """
    select t.article_id from terms own cross join lateral (
        (select article_id from terms where key = own.key and at <= own.at and at >= own.at - cast(:horizon as interval)
           and article_id <> own.article_id order by at desc, article_id desc limit {term})
        union all
        (select article_id from terms where key = own.key and at > own.at and at <= own.at + cast(:horizon as interval)
           and article_id <> own.article_id order by at, article_id limit {term})
    ) as t where own.article_id = mine.article_id
    group by t.article_id order by sum(own.weight) desc, t.article_id desc limit {terms}
"""
_FOUND = f"""
    with mine as materialized (select article_id, lineage, at, vector from vectors where article_id = any(:ids))
    select mine.article_id, found.article_id as other from mine cross join lateral (
        ({_NEAREST}) union ({_SHARING})
    ) as found
"""  # noqa: S608 - our own words
_FEATURES = select(Row.article_id, *(getattr(Row, name) for name in COMPARED)).where(
    Row.article_id == any_(bindparam("ids", type_=ARRAY(BigInteger))), Row.lineage == bindparam("lineage")
)


def candidates(
    db: Connection, article_ids: Sequence[int], width: int, lineage: str, horizon: timedelta
) -> dict[int, dict[int, Features]]:
    """For each of these stored articles, by id, what it is to be compared with: features by id, in their order.

    At most MOST_NEAREST and MOST_BY_TERMS each, only such whose features are of this lineage. `width` is that of the
    vectors.
    """
    db.execute(_SETTINGS)
    pairs = db.execute(_statement(width), {"ids": list(article_ids), "horizon": horizon}).all()
    db.execute(_RESET)
    found = features_of_all(db, {other for _, other in pairs}, lineage)
    chosen: dict[int, dict[int, Features]] = {article_id: {} for article_id in article_ids}
    for article_id, other in sorted(map(tuple, pairs)):
        if other in found:
            chosen[article_id][other] = found[other]
    return chosen


@lru_cache(maxsize=8)
def _statement(width: int) -> TextClause:
    """The width is a constant of the statement, or the planner does not see that the index is for it."""
    limits = {"nearest": MOST_NEAREST, "term": MOST_A_TERM, "terms": MOST_BY_TERMS}
    return text(_FOUND.format(width=int(width), **limits))


def features_of_all(db: Connection, article_ids: set[int], lineage: str) -> dict[int, Features]:
    """What is compared of those of these articles that have features of this lineage, by id."""
    if not article_ids:
        return {}
    rows = db.execute(_FEATURES, {"ids": sorted(article_ids), "lineage": lineage})
    return {article_id: Features(*compared) for article_id, *compared in rows}
