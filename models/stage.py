"""What is done to an article, and how far it is. The database is the truth; the broker only carries ids."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, Integer, func, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, article_key


class Stage(StrEnum):
    """One thing done to an article."""

    INGEST = "ingest"
    SUMMARY = "summary"
    ENTITIES = "entities"
    NEIGHBOURS = "neighbours"


RESULTS = (Stage.SUMMARY, Stage.ENTITIES, Stage.NEIGHBOURS)


class State(StrEnum):
    """How far a stage is. Done, failed and skipped are ends; the last two have a reason."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


ENDS = (State.DONE, State.FAILED, State.SKIPPED)


class Lane(StrEnum):
    """Live articles always go before backfill."""

    LIVE = "live"
    BACKFILL = "backfill"


class StageRow(Base):
    """One stage of one article.

    `lineage` and `version` tell what made the stored result. `attempts` counts the tries since it was queued;
    `claims` all tries ever, so that a late one from before can be told from today's. `worker` is who tried last.
    """

    __tablename__ = "stages"
    __table_args__ = (
        CheckConstraint("name in ('ingest', 'summary', 'entities', 'neighbours')", name="name"),
        CheckConstraint("state in ('queued', 'running', 'done', 'failed', 'skipped')", name="state"),
        CheckConstraint("lane in ('live', 'backfill')", name="lane"),
        Index(
            "ix_stages_open",
            "state",
            "queued_at",
            postgresql_where=text("state in ('queued', 'running', 'failed')"),
        ),
        Index("ix_stages_finished_at", "finished_at"),
        Index("ix_stages_skipped", "article_id", postgresql_where=text("state = 'skipped'")),
    )

    article_id: Mapped[int] = article_key()
    name: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(server_default=State.QUEUED)
    lane: Mapped[str] = mapped_column(server_default=Lane.LIVE)
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    claims: Mapped[int] = mapped_column(Integer, server_default="0")
    version: Mapped[int | None] = mapped_column(Integer)
    lineage: Mapped[str | None]
    reason: Mapped[str | None]
    queued_at: Mapped[datetime] = mapped_column(server_default=func.now())
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    worker: Mapped[str | None]
