"""One part of an article by itself, or why it is not there yet."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from models.article import Article
from models.stage import Stage, State
from tasks.links import links
from tasks.reading import entities_of, is_of_this_text, stages_of, summary_of

_WAIT = "Ask again in a moment."
_NEVER = "It stays so until someone retries the article."


class NotThere(Exception):
    """The part has not been made. The message says how far it is and what to do."""


def text_part(db: Session, article_id: int) -> dict[str, Any] | None:
    """The text with its version, title and language; None when there is no such article. Raises NotThere."""
    article = db.get(Article, article_id)
    if article is None:
        return None
    if article.text is None:
        raise NotThere(why_not(stages_of(db, article_id), Stage.INGEST))
    return {name: getattr(article, name) for name in ("id", "version", "title", "language", "text")}


def summary_part(db: Session, article_id: int) -> dict[str, Any] | None:
    """The summary as `article_view` has it; None when there is no such article. Raises NotThere."""
    return _part(db, article_id, Stage.SUMMARY, lambda article, stages: summary_of(db, article_id))


def entities_part(db: Session, article_id: int) -> dict[str, Any] | None:
    """The entities of today's text, as `entities`; None when there is no such article. Raises NotThere."""

    def read(article: Article, stages: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
        return {"entities": entities_of(db, article_id)} if is_of_this_text(article.version, stages) else None

    return _part(db, article_id, Stage.ENTITIES, read)


def neighbours_part(db: Session, article_id: int) -> dict[str, Any] | None:
    """The neighbours, as `neighbours`; None when there is no such article. Raises NotThere."""

    def read(article: Article, stages: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
        linked = any(stage["name"] == Stage.NEIGHBOURS and stage["version"] is not None for stage in stages)
        return {"neighbours": [vars(link) for link in links(db, article)]} if linked else None

    return _part(db, article_id, Stage.NEIGHBOURS, read)


def _part(
    db: Session,
    article_id: int,
    stage: Stage,
    read: Callable[[Article, Sequence[dict[str, Any]]], dict[str, Any] | None],
) -> dict[str, Any] | None:
    article = db.get(Article, article_id)
    if article is None:
        return None
    stages = stages_of(db, article_id)
    part = read(article, stages)
    if part is None:
        raise NotThere(why_not(stages, stage))
    return part


def why_not(stages: Sequence[dict[str, Any]], wanted: Stage) -> str:
    """Which stage keeps the result of this one from being there, and what to do."""
    by_name = {stage["name"]: stage for stage in stages}
    for name in (Stage.INGEST, wanted):
        stage = by_name.get(name)
        if stage is None or stage["state"] in (State.QUEUED, State.RUNNING):
            return f"{name} is {stage['state'] if stage else State.QUEUED}. {_WAIT}"
        if stage["state"] != State.DONE:
            return f"{name} is {stage['state']}: {stage['reason']}. {_NEVER}"
    return f"{wanted} is done for another version of the text. {_WAIT}"
