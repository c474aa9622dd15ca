"""Webhooks, and what is sent to each: an outbox that is filled by looking at the stages, so that nothing is lost."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, article_key


class Webhook(Base):
    """Where to send which events. `sources` empty: of all. It is left alone until `rest_until` when it does not answer.

    The secret is stored as it is, since it has to sign; after a change the old one signs as well until `old_until`.
    """

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    url: Mapped[str]
    events: Mapped[list[str]] = mapped_column(ARRAY(String))
    sources: Mapped[list[str]] = mapped_column(ARRAY(String), server_default=text("'{}'"))
    secret: Mapped[str]
    old_secret: Mapped[str | None]
    old_until: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(server_default="true")
    inactive_reason: Mapped[str | None]
    active_from: Mapped[datetime] = mapped_column(server_default=func.now())
    rest_until: Mapped[datetime] = mapped_column(server_default=func.now())
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
    last_status: Mapped[int | None] = mapped_column(Integer)
    last_error: Mapped[str | None]
    delivered_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Delivery(Base):
    """One event for one webhook: waiting, delivered, or dead after the last try. All tries have one `message_id`."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("webhook_id", "article_id", "version", "event", name="uq_deliveries_event"),
        CheckConstraint("state in ('waiting', 'delivered', 'dead')", name="state"),
        Index("ix_deliveries_article_id", "article_id"),
        Index("ix_deliveries_waiting", "webhook_id", "next_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_deliveries_ended_at", "ended_at", postgresql_where=text("state <> 'waiting'")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    article_id: Mapped[int] = article_key(primary_key=False)
    version: Mapped[int] = mapped_column(Integer)
    event: Mapped[str]
    message_id: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid())
    state: Mapped[str] = mapped_column(server_default="waiting")
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    happened_at: Mapped[datetime]
    queued_at: Mapped[datetime] = mapped_column(server_default=func.now())
    next_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_status: Mapped[int | None] = mapped_column(Integer)
    last_error: Mapped[str | None]
    ended_at: Mapped[datetime | None]


class DeliveryClock(Base):
    """One row: up to when the stages were looked at, quickly and with room for late commits, and who delivers now."""

    __tablename__ = "delivery_clock"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    scanned_to: Mapped[datetime] = mapped_column(server_default=func.now())
    swept_to: Mapped[datetime] = mapped_column(server_default=func.now())
    held_by: Mapped[str | None]
    held_until: Mapped[datetime] = mapped_column(server_default=func.now())
