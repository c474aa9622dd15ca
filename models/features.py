"""What of each article is compared with others, and the terms by which it is found."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Index, LargeBinary, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, article_key


class Features(Base):
    """An article's `nlp.pairs.Features` as stored; only those of one lineage may be compared.

    `shown` are its names as people read them. `at` is when the article was published, or else when it arrived: the time
    horizon goes by it, while hours apart go by `published_at`. Whoever writes to an article's list of neighbours holds
    the lock of its row here.
    """

    __tablename__ = "features"

    article_id: Mapped[int] = article_key()
    lineage: Mapped[str]
    hashes: Mapped[bytes] = mapped_column(LargeBinary)
    weights: Mapped[bytes] = mapped_column(LargeBinary)
    names: Mapped[bytes] = mapped_column(LargeBinary)
    numbers: Mapped[bytes] = mapped_column(LargeBinary)
    shown: Mapped[list[str]] = mapped_column(ARRAY(Text))
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    published_at: Mapped[datetime | None]
    at: Mapped[datetime]


class Term(Base):
    """One of the article's heaviest terms, by a hash of it: who else has it is asked by key, nearest in time first."""

    __tablename__ = "terms"
    __table_args__ = (Index("ix_terms_key_at", "key", "at", "article_id"),)

    article_id: Mapped[int] = article_key()
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    weight: Mapped[int] = mapped_column(SmallInteger)
    at: Mapped[datetime]
