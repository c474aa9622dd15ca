"""Feeds: those that the desk reads, with their health, and changing which."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.feed_answers import FeedAdded, FeedOut, FeedsOut, Health
from api.problems import documented
from nlp.discovery import Found
from nlp.formats.encoding import scrub
from tasks import feeds
from tasks.errors import Unusable
from tasks.feed_finding import find_feeds

router = APIRouter(prefix="/v1/feeds", tags=["feeds"], responses=documented(400, 401, 413, 422, 503))

MOST = 200  # feeds on a page


def _address(url: str) -> str:
    try:
        return feeds.check_feed_url(url)
    except Unusable as error:
        raise ValueError(str(error)) from None


def _storable(text: str) -> str:
    if scrub(text) != text:
        raise ValueError("leave out NUL characters and halves of surrogate pairs")
    return text


Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Url = Annotated[str, Field(max_length=2000, examples=["https://news.example/feed.xml"]), AfterValidator(_address)]
Source = Annotated[
    str, Field(max_length=200, description="The outlet that its articles are given."), AfterValidator(_storable)
]
Every = Annotated[int, Field(ge=60, le=604_800, description="How often to read it; else as it has something new.")]


class FeedIn(BaseModel):
    """A feed to read: its address, or that of a page that names it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: Url
    source: Source = ""
    every_seconds: Every | None = None
    look: bool = Field(True, description="Ask the site first. Without, `url` must be the feed's own.")


class FeedChange(BaseModel):
    """What to change; what is left out stays. `every_seconds: 0` leaves the pace to the desk again."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: Url | None = None
    source: Source | None = None
    every_seconds: Every | Annotated[int, Field(ge=0, le=0)] | None = None
    paused: bool | None = None


@router.get("")
def find(
    after: Annotated[int, Query(ge=0, le=2**63 - 1, description="`next` of the page before.")] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST, description="Feeds on the page.")] = 50,
    health: Annotated[Health | None, Query(description="Only those that are so.")] = None,
) -> FeedsOut:
    """The feeds with their health, in the order in which they were added."""
    found = feeds.feeds(after, limit + 1, health)
    page = [FeedOut.model_validate(one) for one in found[:limit]]
    return FeedsOut(feeds=page, next=page[-1].id if len(found) > limit else None)


@router.post("", status_code=201, responses=documented(403))
def add(body: FeedIn) -> FeedAdded:
    """Read a feed from now on. Of a page that names several, the likeliest; the others are in the answer."""
    found = find_feeds(body.url) if body.look else [Found(body.url, "")]
    (feed_id, new), *_ = feeds.subscribe(found[:1], body.source, body.every_seconds)
    return FeedAdded(feed=show(feed_id), new=new, others=[other.url for other in found[1:]])


@router.get("/{feed_id}", responses=documented(404))
def show(feed_id: Id) -> FeedOut:
    """A feed with its health."""
    found = feeds.feed(feed_id)
    _there(feed_id, found)
    return FeedOut.model_validate(found)


@router.patch("/{feed_id}", responses=documented(403, 404))
def change(feed_id: Id, body: FeedChange) -> FeedOut:
    """Change, pause or resume a feed."""
    _there(feed_id, feeds.change(feed_id, feeds.Change(**body.model_dump())))
    return show(feed_id)


@router.delete("/{feed_id}", status_code=204, responses=documented(403, 404))
def remove(feed_id: Id) -> None:
    """Read the feed no more. Its articles stay."""
    _there(feed_id, feeds.remove(feed_id))


@router.post("/{feed_id}/poll", status_code=202, responses=documented(403, 404))
def poll(feed_id: Id) -> FeedOut:
    """Let the feed be read at once, which takes some seconds."""
    _there(feed_id, feeds.make_due(feed_id))
    return show(feed_id)


def _there(feed_id: int, found: object) -> None:
    if not found:
        raise HTTPException(404, f"There is no feed {feed_id}")
