"""Article vectors, and the related articles found with them."""

from datetime import datetime

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import REAL, Computed, ForeignKey, Index, Integer, SmallInteger, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, article_key

DIMENSIONS = 384  # of the default embedder; the index of this width comes with the tables, others when first needed
MOST_DIMENSIONS = 4000  # that an HNSW index over halfvec takes
EDGES = 12  # of a vector on each floor of the index, and
CONSIDERED = 48  # vectors looked at for them on insertion: docs/decisions/0004-vectors.md


def index_of(dimensions: int) -> Index:
    """The index over vectors of one width. Not yet part of a table."""
    return Index(
        f"ix_vectors_vector_{dimensions:d}",
        literal_column(f"(vector::halfvec({dimensions:d}))").label("narrowed"),
        postgresql_using="hnsw",
        postgresql_with={"m": EDGES, "ef_construction": CONSIDERED},
        postgresql_ops={"narrowed": "halfvec_cosine_ops"},
        postgresql_where=text(f"dimensions = {dimensions:d}"),
    )


class Vector(Base):
    """The place of an article's `version` in the embedder's space; only vectors of one lineage may be compared.

    Vectors of all widths are in this table, each width in an index of its own (docs/decisions/0006-vector-widths.md).
    """

    __tablename__ = "vectors"
    __table_args__ = (index_of(DIMENSIONS),)

    article_id: Mapped[int] = article_key()
    lineage: Mapped[str]
    version: Mapped[int] = mapped_column(Integer, server_default="0")
    at: Mapped[datetime | None]  # as in `models.features`, for searches within a horizon
    vector: Mapped[list[float]] = mapped_column(HALFVEC)
    dimensions: Mapped[int] = mapped_column(SmallInteger, Computed("vector_dims(vector)", persisted=True))


class Neighbour(Base):
    """A related article, in numbers. Each article has a list of its own, the best by score.

    What they share in words is asked when read (`tasks.related`), and so are previous and next (`tasks.links`). `hours`
    is null where an article has no date.
    """

    __tablename__ = "neighbours"
    __table_args__ = (Index("ix_neighbours_neighbour_id", "neighbour_id"),)

    article_id: Mapped[int] = article_key()
    neighbour_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    score: Mapped[float] = mapped_column(REAL)
    cosine: Mapped[float | None] = mapped_column(REAL)
    hours: Mapped[float | None] = mapped_column(REAL)
    rule: Mapped[str]
