"""What a feed says of articles: the newest of a list or of a search, each with its summary."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from models.article import Article
from models.entity import Entity
from models.story import Story
from models.summary import Summary
from tasks.listing import AT, Filters, articles
from tasks.one_thing import root_of
from tasks.search import newest
from tasks.settle import among


@dataclass(frozen=True)
class Item:
    """An article of a feed; `changed` is when it or its summary last did."""

    id: int
    title: str
    url: str | None
    source: str
    author: str | None
    language: str | None
    at: datetime
    changed: datetime
    summary: str


def items(db: Connection, filters: Filters, query: str | None, limit: int) -> list[Item]:
    """The newest articles of the filters, and of those only such that have the words, if a query is given.

    Raises Unusable when the search takes too long.
    """
    ids = newest(db, query, filters, limit) if query else [row["id"] for row in articles(db, filters, limit)]
    changed = func.greatest(Article.updated_at, Summary.created_at)
    columns = (Article.id, Article.title, Article.url, Article.source, Article.author, Article.language)
    rows = db.execute(
        select(*columns, AT.label("at"), changed.label("changed"), Summary.sentences)
        .outerjoin(Summary, Summary.article_id == Article.id)
        .where(among(Article.id, ids))
        .order_by(AT.desc(), Article.id.desc())
    )
    return [_item(**row) for row in rows.mappings()]


def _item(sentences: list[dict[str, Any]] | None, **facts: Any) -> Item:
    times = {name: facts.pop(name).astimezone(UTC) for name in ("at", "changed")}
    return Item(**facts, **times, summary=" ".join(" ".join(s["text"].split()) for s in sentences or ()))


def subject(db: Connection, filters: Filters, query: str | None) -> str:
    """What the articles have in common, in words; empty of all of them."""
    asked = filters
    parts = [f'"{query}"'] if query else []
    parts += [asked.source or "no source"] if asked.source is not None else []
    parts += [_name(db, asked.entity)] if asked.entity is not None else []
    parts += [_title(db, asked.story)] if asked.story is not None else []
    parts += [f"language {asked.language}"] if asked.language is not None else []
    parts += [asked.state] if asked.state is not None else []
    parts += [f"since {asked.since:%Y-%m-%d %H:%M} UTC"] if asked.since is not None else []
    parts += [f"until {asked.until:%Y-%m-%d %H:%M} UTC"] if asked.until is not None else []
    return ", ".join(parts)


def _name(db: Connection, entity_id: int) -> str:
    name = db.scalar(select(Entity.name).where(Entity.id == root_of(db, entity_id)))
    return name or f"entity {entity_id}"


def _title(db: Connection, story_id: int) -> str:
    asked = select(func.coalesce(Story.merged_into, Story.id)).where(Story.id == story_id).scalar_subquery()
    title = db.scalar(select(Story.title).where(Story.id == asked))
    return title or f"story {story_id}"
