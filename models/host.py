"""What is known of other sites: when each may be asked again, and what its robots.txt says."""

from datetime import datetime

from sqlalchemy import Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Host(Base):
    """A host that was asked. It may be asked again at `free_at`; whoever comes too early is told `line_at`."""

    __tablename__ = "hosts"
    __table_args__ = (Index("ix_hosts_free_at", "free_at"),)

    host: Mapped[str] = mapped_column(primary_key=True)
    free_at: Mapped[datetime]
    line_at: Mapped[datetime]


class Robots(Base):
    """The robots.txt of a scheme, host and port, reduced to what concerns us; asked for anew at `stale_at`.

    `status` is 0 when it could not be reached; `rules` is null then, or is that of the last time.
    """

    __tablename__ = "robots"
    __table_args__ = (Index("ix_robots_stale_at", "stale_at"),)

    origin: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[int] = mapped_column(Integer)
    rules: Mapped[str | None]
    stale_at: Mapped[datetime]
