"""What a receiver is told of an article: facts and links, never the text, so that a message stays small."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from models.article import Article
from models.stage import StageRow, State

_FACTS = select(
    *(Article.id, Article.version, Article.title, Article.source, Article.url, Article.author),
    *(Article.published_at, Article.language),
)
LONGEST_REASON = 500  # characters


def payload(db: Connection, article_id: int, event: str, happened_at: datetime, base: str) -> bytes | None:
    """The body of a message, as JSON; None when the article was deleted since. `base` is where the API is reached."""
    facts = db.execute(_FACTS.where(Article.id == article_id)).one_or_none()
    if facts is None:
        return None
    place = f"{base}/v1/articles/{article_id}"
    about = {**facts._mapping, "reasons": _reasons(db, article_id), "links": {"article": place}}
    return body(event, happened_at, about)


def body(event: str, happened_at: datetime, about: dict[str, Any]) -> bytes:
    """One message in the form that Standard Webhooks recommends: type, timestamp, data."""
    message = {"type": event, "timestamp": happened_at, "data": about}
    return json.dumps(message, default=_as_text, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _reasons(db: Connection, article_id: int) -> dict[str, str]:
    """Why stages failed or were skipped, by stage."""
    ended = (StageRow.article_id == article_id, StageRow.state.in_((State.FAILED, State.SKIPPED)))
    rows = db.execute(select(StageRow.name, StageRow.reason).where(*ended))
    return {name: (reason or "")[:LONGEST_REASON] for name, reason in rows}


def _as_text(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()
