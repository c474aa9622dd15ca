"""That two names name one thing: merges, the evidence that they rest on, and the marks that keep names apart."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Integer, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, article_key


def _entity_key(*, primary_key: bool = False) -> Mapped[int]:
    return mapped_column(ForeignKey("entities.id"), primary_key=primary_key)


class Merge(Base):
    """`alias_id` names what `whole_id` names, by a rule of nlp.aliases. An undone one stays, and stays undone.

    It counts while it is not undone and has evidence enough. `holds` says where: everywhere, `there` (in the articles
    that are its evidence, since others say otherwise) or nowhere (a mark keeps its ends apart).
    """

    __tablename__ = "merges"
    __table_args__ = (
        UniqueConstraint("alias_id", "whole_id", "rule"),
        CheckConstraint("alias_id <> whole_id", name="two"),
        CheckConstraint("rule in ('form', 'definition', 'suffix', 'initials')", name="rule"),
        CheckConstraint("holds in ('everywhere', 'there', 'nowhere')", name="holds"),
        Index("ix_merges_whole_id", "whole_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    alias_id: Mapped[int] = _entity_key()
    whole_id: Mapped[int] = _entity_key()
    rule: Mapped[str]
    holds: Mapped[str] = mapped_column(server_default="nowhere")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    undone_at: Mapped[datetime | None]
    undone_why: Mapped[str | None]


class Evidence(Base):
    """`text[start:end]` of the article shows the merge; both names as written there, and the version of the rules."""

    __tablename__ = "evidence"
    __table_args__ = (Index("ix_evidence_merge_id", "merge_id", "article_id"),)

    article_id: Mapped[int] = article_key()
    merge_id: Mapped[int] = mapped_column(ForeignKey("merges.id"), primary_key=True)
    start: Mapped[int] = mapped_column(Integer)
    end: Mapped[int] = mapped_column(Integer)
    alias: Mapped[str]
    whole: Mapped[str]
    version: Mapped[int] = mapped_column(Integer)


class Distinct(Base):
    """Someone's mark that two entities are not the same, whatever the evidence. `one_id` is the smaller id."""

    __tablename__ = "distinct_entities"
    __table_args__ = (
        CheckConstraint("one_id < other_id", name="ordered"),
        Index("ix_distinct_entities_other_id", "other_id"),
    )

    one_id: Mapped[int] = _entity_key(primary_key=True)
    other_id: Mapped[int] = _entity_key(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
