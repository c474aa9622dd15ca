"""Stories: their articles, and how they merged and split."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Integer, func, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, article_key


class Story(Base):
    """Articles that tell one story. Its id stays; one that is `merged_into` another has no articles any more.

    The title is the headline of its most central article. Whoever moves articles holds the locks of all stories
    concerned, taken in the order of their ids.
    """

    __tablename__ = "stories"
    __table_args__ = (
        Index("ix_stories_merged_into", "merged_into", postgresql_where=text("merged_into is not null")),
        Index("ix_stories_last_seen", "last_seen", "id", postgresql_where=text("merged_into is null")),
    )

    id: Mapped[int] = mapped_column(Identity(always=False), primary_key=True)
    title: Mapped[str] = mapped_column(server_default="")
    size: Mapped[int] = mapped_column(Integer)
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("stories.id"))
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class StoryMember(Base):
    """The story of an article. `placed_by` is a stamp of the features it was placed by: the same ones place it once."""

    __tablename__ = "story_members"
    __table_args__ = (Index("ix_story_members_story_id_at", "story_id", "at", "article_id"),)

    article_id: Mapped[int] = article_key()
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"))
    at: Mapped[datetime]
    placed_by: Mapped[str]


class StoryEvent(Base):
    """Articles that went from one story to another: all of them (merged), into a new one (split), or some (moved)."""

    __tablename__ = "story_events"
    __table_args__ = (
        CheckConstraint("kind in ('merged', 'split', 'moved')", name="kind"),
        Index("ix_story_events_from_id", "from_id"),
        Index("ix_story_events_to_id", "to_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    kind: Mapped[str]
    from_id: Mapped[int] = mapped_column(ForeignKey("stories.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("stories.id"))
    articles: Mapped[int] = mapped_column(Integer)
    rule: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
