"""Articles, what was handed in for them, their older texts, and the neighbours their pages name."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Computed, Identity, Index, Integer, LargeBinary, func, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, article_key

MOST_SEARCHED = 100_000  # characters of a text: a tsvector of any text so long is below PostgreSQL's limit of 1 MB
_WORDS = (
    "setweight(to_tsvector('english'::regconfig, title), 'A') || "
    f"setweight(to_tsvector('english'::regconfig, coalesce(left(text, {MOST_SEARCHED}), '')), 'B')"
)


class Article(Base):
    """One article as readers see it. `text` is null until ingest has cleaned it.

    Its time is `coalesce(published_at, created_at)`. `words` is what a search looks through: the title (A) and the text
    (B), made by the database.
    """

    __tablename__ = "articles"
    __table_args__ = (
        Index("ix_articles_source_time", "source", "published_at", "id"),
        Index("ix_articles_url_key", "url_key"),
        Index("ix_articles_title_key", "title_key", postgresql_using="hash"),
        Index("ix_articles_text_hash", "text_hash", postgresql_using="hash"),
        Index("ix_articles_time", text("coalesce(published_at, created_at)"), "id"),
        Index("ix_articles_source_at", "source", text("coalesce(published_at, created_at)"), "id"),
        Index("ix_articles_language_at", "language", text("coalesce(published_at, created_at)"), "id"),
        Index("ix_articles_words", "words", postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    source: Mapped[str] = mapped_column(server_default="")
    url: Mapped[str | None]
    url_key: Mapped[str | None]
    title: Mapped[str] = mapped_column(server_default="")
    title_key: Mapped[str] = mapped_column(server_default="")
    author: Mapped[str | None]
    attribution: Mapped[str | None]
    published_at: Mapped[datetime | None]
    language: Mapped[str | None]
    text: Mapped[str | None]
    text_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    sentences: Mapped[list[list[int]] | None] = mapped_column(ARRAY(Integer, dimensions=2))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    words: Mapped[Any] = mapped_column(TSVECTOR, Computed(_WORDS, persisted=True), deferred=True)


class Payload(Base):
    """What a door received, unchanged, so that ingest can be redone with better rules."""

    __tablename__ = "payloads"

    article_id: Mapped[int] = article_key()
    kind: Mapped[str]
    body: Mapped[str]
    given: Mapped[dict[str, Any]] = mapped_column(JSONB)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)


class Version(Base):
    """An older text of an article, kept when a new one arrives under the same key."""

    __tablename__ = "versions"

    article_id: Mapped[int] = article_key()
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    title: Mapped[str]
    text: Mapped[str]
    replaced_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Declared(Base):
    """The previous or next article that the page itself names. A link once that article is here: see tasks.links."""

    __tablename__ = "declared"
    __table_args__ = (
        Index("ix_declared_title_key", "title_key", postgresql_using="hash"),
        Index("ix_declared_url_key", "url_key"),
    )

    article_id: Mapped[int] = article_key()
    kind: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    title_key: Mapped[str]
    url: Mapped[str | None]
    url_key: Mapped[str | None]
