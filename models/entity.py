"""Entities (one row per thing) and their mentions (one row per place in a text)."""

from sqlalchemy import REAL, CheckConstraint, ForeignKey, Identity, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, article_key


class Entity(Base):
    """A name of a person, organisation, place or other thing; `key` is the name, normalised. No row is ever deleted.

    `same_as` is the entity that stands for the thing, null when it is this one. It follows from the merges and marks
    in models.alias (docs/decisions/0012-one-thing.md), and only tasks.settle writes it.
    """

    __tablename__ = "entities"
    __table_args__ = (
        UniqueConstraint("type", "key"),
        CheckConstraint("type in ('PER', 'ORG', 'LOC', 'MISC')", name="type"),
        Index("ix_entities_key", "key"),
        Index("ix_entities_same_as", "same_as", postgresql_where=text("same_as is not null")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    type: Mapped[str]
    key: Mapped[str]
    name: Mapped[str]
    same_as: Mapped[int | None] = mapped_column(ForeignKey("entities.id"))


class Mention(Base):
    """`text[start:end]` of the article names the entity. All are stored; filtering by score is for readers."""

    __tablename__ = "mentions"
    __table_args__ = (Index("ix_mentions_entity_id", "entity_id", "article_id"),)

    article_id: Mapped[int] = article_key()
    start: Mapped[int] = mapped_column(Integer, primary_key=True)
    end: Mapped[int] = mapped_column(Integer)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entities.id"))
    score: Mapped[float] = mapped_column(REAL)
