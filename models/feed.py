"""Feeds that the desk reads, when each is due, and how it is."""

from datetime import datetime

from sqlalchemy import Identity, Index, Integer, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Feed(Base):
    """A feed. `key` is its address made comparable; `every_seconds` is the user's wish, `pace_seconds` what fits it.

    `next_poll_at` lies ahead while somebody reads it: should he die, it is due again then. `tries` counts readings
    begun and not ended, so that a feed that kills its reader does not do so for ever.
    """

    __tablename__ = "feeds"
    __table_args__ = (Index("ix_feeds_next_poll_at", "next_poll_at", postgresql_where=text("not paused")),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    title: Mapped[str] = mapped_column(server_default="")
    source: Mapped[str] = mapped_column(server_default="")
    every_seconds: Mapped[int | None] = mapped_column(Integer)
    pace_seconds: Mapped[int] = mapped_column(Integer)
    paused: Mapped[bool] = mapped_column(server_default="false")
    pause_reason: Mapped[str | None]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    next_poll_at: Mapped[datetime] = mapped_column(server_default=func.now())
    tries: Mapped[int] = mapped_column(Integer, server_default="0")
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
    last_status: Mapped[int | None] = mapped_column(Integer)
    last_error: Mapped[str | None]
    polled_at: Mapped[datetime | None]
    good_at: Mapped[datetime | None]
    fresh_at: Mapped[datetime | None]
    articles: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
