"""Summaries: sentences with the places of the article's text that they come from or rest on."""

from datetime import datetime
from enum import StrEnum
from typing import TypedDict

from sqlalchemy import CheckConstraint, Integer, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, article_key


class Kind(StrEnum):
    """Extractive: sentences of the article. Abstractive: a writer's own, checked against the article."""

    EXTRACTIVE = "extractive"
    ABSTRACTIVE = "abstractive"


class SummarySentence(TypedDict):
    """A sentence and its place in the version that the summary was made from.

    Extractive: `text` is the article's `text[start:end]`, exactly. Abstractive: `text[start:end]` supports it best, and
    `score` is the share of its words found there.
    """

    start: int
    end: int
    text: str
    score: float


class Summary(Base):
    """The summary's sentences, in its order. `reason` says why a written summary was refused for the extractive one."""

    __tablename__ = "summaries"
    __table_args__ = (CheckConstraint("kind in ('extractive', 'abstractive')", name="kind"),)

    article_id: Mapped[int] = article_key()
    version: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(server_default=Kind.EXTRACTIVE)
    reason: Mapped[str | None]
    sentences: Mapped[list[SummarySentence]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
