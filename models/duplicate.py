"""Articles that are one text published several times, and the marks by which they find each other."""

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, article_key


class Band(Base):
    """One number of an article's sketch (nlp.passages); articles that have several in common are compared."""

    __tablename__ = "bands"
    __table_args__ = (Index("ix_bands_band", "band", "article_id"),)

    article_id: Mapped[int] = article_key()
    band: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class Duplicate(Base):
    """A member of a group of duplicates: one row an article, however large the group.

    `group_id` is the lowest id among its members, so that it does not depend on the order in which they came; once that
    article is deleted it is only a label. A row speaks of the text with `text_hash`: with another one it is void.
    """

    __tablename__ = "duplicates"
    __table_args__ = (Index("ix_duplicates_group_id", "group_id", "article_id"),)

    article_id: Mapped[int] = article_key()
    group_id: Mapped[int]
    text_hash: Mapped[bytes] = mapped_column(LargeBinary)
    rule: Mapped[str]
