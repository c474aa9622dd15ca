"""API keys: who may ask, for what, and until when. The key itself is not here, only its hash."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Identity, Index, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Scope(StrEnum):
    """What a key is good for; each includes those before it."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class ApiKey(Base):
    """One key. Its name is free again once it is revoked; the row stays, to tell who could do what until when."""

    __tablename__ = "api_keys"
    __table_args__ = (
        CheckConstraint("scope in ('read', 'write', 'admin')", name="scope"),
        Index("ix_api_keys_name", "name", unique=True, postgresql_where=text("revoked_at is null")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    name: Mapped[str]
    hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    scope: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
