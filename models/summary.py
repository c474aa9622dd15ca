"""Summaries: sentences of the article with their places in its text."""

from datetime import datetime
from typing import TypedDict

from sqlalchemy import Integer, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, article_key


class SummarySentence(TypedDict):
    """`text` is the article's `text[start:end]`, exactly, in the version the summary was made from."""

    start: int
    end: int
    text: str
    score: float


class Summary(Base):
    """The chosen sentences of an article, in the order of the text."""

    __tablename__ = "summaries"

    article_id: Mapped[int] = article_key()
    version: Mapped[int] = mapped_column(Integer)
    sentences: Mapped[list[SummarySentence]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
