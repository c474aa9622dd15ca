"""Article vectors, and the related articles found with them."""

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import REAL, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, article_key

DIMENSIONS = 384


class Vector(Base):
    """An article's place in the embedder's space; only vectors of one lineage may be compared."""

    __tablename__ = "vectors"
    __table_args__ = (
        Index(
            "ix_vectors_vector",
            "vector",
            postgresql_using="hnsw",
            postgresql_ops={"vector": "halfvec_cosine_ops"},
        ),
    )

    article_id: Mapped[int] = article_key()
    lineage: Mapped[str]
    vector: Mapped[list[float]] = mapped_column(HALFVEC(DIMENSIONS))


class Neighbour(Base):
    """A related article. Written in both directions; previous and next are not stored, see tasks.links."""

    __tablename__ = "neighbours"
    __table_args__ = (Index("ix_neighbours_neighbour_id", "neighbour_id"),)

    article_id: Mapped[int] = article_key()
    neighbour_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    score: Mapped[float] = mapped_column(REAL)
    rule: Mapped[str]
