"""The forms of what the API answers about feeds."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

Health = Literal["new", "ok", "failing", "paused"]


class FeedOut(BaseModel):
    """A feed that the desk reads, and how it is.

    `health` is `new` until it was read once, `failing` while the last reading failed, `paused` by a user or because the
    site said so.
    """

    id: int
    url: str
    title: str = Field(description="What the feed calls itself.")
    source: str = Field(description="The outlet its articles are given; empty: the feed's title.")
    every_seconds: int | None = Field(description="How often it is read; null: as often as it has something new.")
    pace_seconds: int = Field(description="How often that is at present.")
    health: Health
    paused: bool
    pause_reason: str | None
    next_poll_at: datetime
    failures: int = Field(description="Readings that failed since the last good one.")
    last_status: int | None = Field(description="Of the site's last answer.")
    last_error: str | None = Field(description="Why the last reading failed, or which entries were refused.")
    polled_at: datetime | None
    good_at: datetime | None = Field(description="When it was last read well.")
    fresh_at: datetime | None = Field(description="When it last had something new.")
    articles: int = Field(description="Entries that were new or changed, since it was added.")
    created_at: datetime


class FeedsOut(BaseModel):
    """Feeds in the order in which they were added. `next` is the `after` of the page behind, null on the last one."""

    feeds: list[FeedOut]
    next: int | None


class FeedAdded(BaseModel):
    """`new` is false when the desk had the feed already. `others` are further feeds that the page names."""

    feed: FeedOut
    new: bool
    others: list[str]
