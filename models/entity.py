"""Entities (one row per thing) and their mentions (one row per place in a text)."""

from sqlalchemy import REAL, CheckConstraint, ForeignKey, Identity, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, article_key


class Entity(Base):
    """A person, organisation, place or other named thing; `key` is its normalised name."""

    __tablename__ = "entities"
    __table_args__ = (
        UniqueConstraint("type", "key"),
        CheckConstraint("type in ('PER', 'ORG', 'LOC', 'MISC')", name="type"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    type: Mapped[str]
    key: Mapped[str]
    name: Mapped[str]


class Mention(Base):
    """`text[start:end]` of the article names the entity. All are stored; filtering by score is for readers."""

    __tablename__ = "mentions"
    __table_args__ = (Index("ix_mentions_entity_id", "entity_id", "article_id"),)

    article_id: Mapped[int] = article_key()
    start: Mapped[int] = mapped_column(Integer, primary_key=True)
    end: Mapped[int] = mapped_column(Integer)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entities.id"))
    score: Mapped[float] = mapped_column(REAL)
