"""Which stored articles an arriving one is compared with: a bounded number, whatever the size of the archive.

Those whose vectors are nearest, and those nearest in time that have one of its heaviest terms, all within a horizon.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from nlp.pairs import Features
from nlp.terms import Profile, keys_of

MOST_NEAREST = 40  # by vector
MOST_A_TERM = 12  # articles before and as many after, nearest in time: common terms are bounded, too
MOST_BY_TERMS = 60  # of all terms together, those that have most of them
EF_SEARCH = 100  # docs/decisions/0004-vectors.md
MOST_SCANNED = 1000  # vectors looked at for those within the horizon: a long archive has many nearer ones beyond it
_SETTINGS = text(
    f"select set_config('hnsw.ef_search', '{EF_SEARCH:d}', true), "
    f"set_config('hnsw.max_scan_tuples', '{MOST_SCANNED:d}', true), "
    "set_config('hnsw.iterative_scan', 'strict_order', true)"
)
_FOUND = """
    with nearest as materialized (
        select v.article_id from vectors v join features f on f.article_id = v.article_id
        where v.dimensions = {width} and v.lineage = (select lineage from vectors where article_id = :id)
          and v.article_id <> :id and f.lineage = :lineage and f.at between :since and :until
        order by v.vector::halfvec({width}) <=> cast(:vector as halfvec({width})) limit {nearest}
    ), sharing as materialized (
        select t.article_id from unnest(cast(:keys as bigint[]), cast(:weights as int[])) as mine (key, weight)
        cross join lateral (
            (select article_id from terms where key = mine.key and at between :since and :at and article_id <> :id
             order by at desc, article_id desc limit {term})
            union all
            (select article_id from terms where key = mine.key and at > :at and at <= :until and article_id <> :id
             order by at, article_id limit {term})
        ) as t group by t.article_id order by sum(mine.weight) desc, t.article_id desc limit {terms}
    )
    select f.article_id, f.words, f.weights, f.names, f.vector, f.published_at, worst.score as worst from features f
    left join lateral (select score from neighbours n where n.article_id = f.article_id
        order by score desc offset :kept - 1 limit 1) worst on true where f.lineage = :lineage and f.article_id in
        (select article_id from nearest union select article_id from sharing) order by f.article_id
"""


@dataclass(frozen=True)
class Candidate:
    """An article to compare with. `worst` is the score that a link has to reach to be kept on its list."""

    article_id: int
    features: Features
    worst: float


def candidates(
    db: Connection,
    article_id: int,
    features: Features,
    vector: list[float],
    lineage: str,
    at: datetime,
    horizon: timedelta,
    kept: int,
) -> list[Candidate]:
    """The articles to compare, at most MOST_NEAREST and MOST_BY_TERMS, in the order of their ids.

    `kept` is how many links a list has at most.
    """
    db.execute(_SETTINGS)  # without the iterative scan a WHERE starves the index
    keys = keys_of(features.profile)
    found = db.execute(
        _statement(len(vector)),
        {
            "id": article_id,
            "vector": str(vector),
            "lineage": lineage,
            "keys": list(keys),
            "weights": list(keys.values()),
            "at": at,
            "since": at - horizon,
            "until": at + horizon,
            "kept": kept,
        },
    )
    return [Candidate(row.article_id, features_of(row), row.worst or 0.0) for row in found]


def _statement(width: int) -> Any:
    """The width is a constant of the statement, or the planner does not see that the index is for it."""
    limits = {"nearest": MOST_NEAREST, "term": MOST_A_TERM, "terms": MOST_BY_TERMS}
    return text(_FOUND.format(width=int(width), **limits))


def features_of(row: Any) -> Features:
    """What is compared, from a row of `models.features`."""
    profile = Profile(tuple(row.words.split()), bytes(row.weights), tuple(row.names))
    return Features(profile, bytes(row.vector), row.published_at)
