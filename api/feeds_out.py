"""Feeds out: RSS and JSON Feed of all articles, or of those of a source, thing, story or search."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.asked import FeedOf
from api.feed_forms import Feed, json_feed, rss
from api.problems import documented
from models.session import transaction
from tasks.feed_items import Item, items, subject

router = APIRouter(prefix="/v1", tags=["feeds out"], responses=documented(400, 401, 413, 422, 503))

RSS = "application/rss+xml"
JSON_FEED = "application/feed+json"


def _as(media_type: str, kind: str) -> dict[int | str, dict[str, Any]]:
    return {
        200: {"description": "The newest articles", "content": {media_type: {"schema": {"type": kind}}}},
        304: {"description": "Nothing has changed since; see `ETag` and `Last-Modified`"},
    }


@router.get("/feed.rss", response_class=Response, responses=_as(RSS, "string"))
def as_rss(asked: Annotated[FeedOf, Query()], request: Request) -> Response:
    """The newest articles as RSS 2.0, each with its summary and a link to where it was published."""
    return _feed(asked, request, RSS, rss)


@router.get("/feed.json", response_class=Response, responses=_as(JSON_FEED, "object"))
def as_json_feed(asked: Annotated[FeedOf, Query()], request: Request) -> Response:
    """The same as JSON Feed 1.1."""
    return _feed(asked, request, JSON_FEED, json_feed)


def _feed(asked: FeedOf, request: Request, media_type: str, form: Callable[[Feed, Sequence[Item]], bytes]) -> Response:
    filters = asked.filters()
    with transaction() as db:
        about = subject(db, filters, asked.q)
        found = items(db, filters, asked.q, asked.limit)
    changed = max((item.changed for item in found), default=None)
    title = f"Copydesk: {about}" if about else "Copydesk"
    body = form(Feed(title, str(request.base_url), str(request.url), changed), found)
    headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"', "Cache-Control": "no-cache"}
    if changed is not None:
        headers["Last-Modified"] = format_datetime(changed, usegmt=True)
    if _is_known(request, headers["ETag"], changed):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _is_known(request: Request, tag: str, changed: datetime | None) -> bool:
    """Whether the client has it already (RFC 9110, 13.1: a tag goes before a date)."""
    known = request.headers.get("if-none-match")
    if known is not None:
        return known.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in known.split(","))
    since = _moment(request.headers.get("if-modified-since"))
    return since is not None and changed is not None and changed.replace(microsecond=0) <= since


def _moment(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return None  # a date that cannot be read counts as none, says RFC 9110
    return moment if moment.tzinfo else None
