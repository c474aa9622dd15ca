"""Search by meaning: the articles whose vectors are nearest to the query's, which is made here, without any worker."""

import threading
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import Connection, Select, cast, literal_column, select, text

from config.settings import settings
from models.article import Article
from models.neighbour import Vector
from tasks.candidates import EF_SEARCH
from tasks.errors import Unusable
from tasks.listing import Filters, conditions
from tasks.settle import among
from workers.child import CannotStart

if TYPE_CHECKING:
    from workers.engines import Embeds

LEAST_ALIKE = 0.2  # cosine; below it, what is nearest is only the least far
MOST_EXACT = 5000  # articles that filters leave, of which all are compared: a graph finds few of few
MOST_SCANNED = 20_000  # vectors looked at in the graph, where filters leave more
_THROUGH_GRAPH = text(
    f"select set_config('hnsw.ef_search', '{EF_SEARCH:d}', true), "
    "set_config('hnsw.iterative_scan', 'strict_order', true), "
    f"set_config('hnsw.max_scan_tuples', '{MOST_SCANNED:d}', true), "
    "set_config('enable_sort', 'off', true)"  # or a planner that expects few sorts the whole table
)
_RESET = text("select set_config('enable_sort', 'on', true)")
_ONE = threading.Lock()  # an engine does one thing at a time


class Meaning(NamedTuple):
    """A query's place among the vectors of this lineage."""

    lineage: str
    vector: tuple[float, ...]


@lru_cache(maxsize=256)
def meaning(query: str) -> Meaning:
    """Made by the embedder that the settings name, which is loaded at the first call of the process.

    Slow, so to be called with no transaction open. Raises Unusable when the embedder cannot be loaded.
    """
    with _ONE:
        engine, lineage = _embedder()
        vector = engine.embed([query])[0]
    return Meaning(lineage, tuple(float(x) for x in vector))


@lru_cache(maxsize=1)
def _embedder() -> "tuple[Embeds, str]":
    from workers.loading import load_embedder  # what it needs is not imported before

    try:
        return load_embedder(settings())
    except CannotStart as error:
        raise Unusable(f"Search by meaning needs the embedder: {error}. Or search with how=words.") from None


def by_meaning(db: Connection, asked: Meaning, filters: Filters, most: int) -> list[tuple[int, float]]:
    """The ids of the articles that are nearest, best first, with the cosine; at least LEAST_ALIKE."""
    few = _few(db, filters)
    if few is not None:
        found = db.execute(_nearest(asked, most).where(among(Vector.article_id, few))).all()
    else:
        db.execute(_THROUGH_GRAPH)
        wanted = _nearest(asked, most).join(Article, Article.id == Vector.article_id).where(*conditions(db, filters))
        found = db.execute(wanted).all()
        db.execute(_RESET)
    return [(row.article_id, row.cosine) for row in found if row.cosine >= LEAST_ALIKE]


def _few(db: Connection, filters: Filters) -> list[int] | None:
    """The articles that filters leave, unless these are more than MOST_EXACT."""
    if filters == Filters():
        return None
    ids = list(db.scalars(select(Article.id).where(*conditions(db, filters)).limit(MOST_EXACT + 1)))
    return ids if len(ids) <= MOST_EXACT else None


def _nearest(asked: Meaning, most: int) -> Select[int, float]:
    """The width is a constant of the statement, or the planner does not see that the index is for it."""
    width = len(asked.vector)
    distance = cast(Vector.vector, HALFVEC(width)).cosine_distance(list(asked.vector))
    return (
        select(Vector.article_id, (1 - distance).label("cosine"))
        .where(Vector.dimensions == literal_column(f"{width:d}"), Vector.lineage == asked.lineage)
        .order_by(distance)
        .limit(most)
    )
