"""An index for each width of vectors, made when an embedder of that width is first used."""

from functools import lru_cache

from sqlalchemy import MetaData, Table, func, select, text
from sqlalchemy.schema import CreateIndex

from models.neighbour import MOST_DIMENSIONS, Vector, index_of
from models.session import session
from tasks.errors import Unusable

LOCK = 0xC0B7DE5E  # advisory lock: one process at a time makes an index


@lru_cache(maxsize=8)
def index_width(dimensions: int) -> None:
    """Make the index over vectors of this width unless it is there; looked for once a process.

    Raises Unusable when no index takes vectors that wide.
    """
    if dimensions > MOST_DIMENSIONS:
        raise Unusable(
            f"the embedder makes vectors of {dimensions:,} numbers, and an index takes at most {MOST_DIMENSIONS:,}: "
            "choose another COPYDESK_EMBEDDING_ENGINE"
        )
    index = index_of(dimensions)
    Table(Vector.__tablename__, MetaData(), index)  # an index is made for a table
    with session() as db:
        if db.scalar(select(func.to_regclass(index.name))) is not None:
            return
        # Writers of vectors wait until it is made; there are none of this width yet, so that is soon.
        db.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        db.execute(CreateIndex(index, if_not_exists=True))
