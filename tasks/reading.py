"""What readers get of an article: its text, how far each stage is, the results, its story and its copies."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.article import Article
from models.stage import Stage, StageRow, State
from models.summary import Summary
from tasks.copies import also_published_by
from tasks.links import links
from tasks.one_thing import things_of
from tasks.story_views import story_around


def article_view(db: Session, article_id: int) -> dict[str, Any] | None:
    """Everything the desk knows of an article, ready for JSON; None when there is no such article."""
    article = db.get(Article, article_id)
    if article is None:
        return None
    return {
        **_facts(article),
        "text": article.text,
        "state": overall(stages := stages_of(db, article_id)),
        "stages": stages,
        "summary": summary_of(db, article_id),
        "entities": entities_of(db, article_id) if is_of_this_text(article.version, stages) else [],
        "neighbours": [vars(link) for link in links(db, article)],
        "story": story_around(db.connection(), article_id),
        "also_published_by": also_published_by(db, article_id),
    }


def overall(stages: list[dict[str, Any]]) -> str:
    """One word for the article: failed or skipped when any stage is, done when all are, else in progress."""
    states = {stage["state"] for stage in stages}
    for state in (State.FAILED, State.SKIPPED):
        if state in states:
            return state
    return State.DONE if len(stages) > 1 and states == {State.DONE} else "in progress"


def _facts(article: Article) -> dict[str, Any]:
    names = ("id", "version", "source", "url", "title", "author", "attribution", "published_at", "language")
    return {name: getattr(article, name) for name in names}


def stages_of(db: Session, article_id: int) -> list[dict[str, Any]]:
    """How far each stage of the article is, in the order of the work."""
    rows = db.scalars(select(StageRow).where(StageRow.article_id == article_id))
    names = ("name", "state", "attempts", "version", "lineage", "reason", "queued_at", "started_at", "finished_at")
    order = {"ingest": 0, "summary": 1, "entities": 2, "neighbours": 3}
    return [{name: getattr(row, name) for name in names} for row in sorted(rows, key=lambda row: order[row.name])]


def is_of_this_text(version: int, stages: Sequence[dict[str, Any]]) -> bool:
    """Whether the entities were found in the text shown: their places say nothing of a newer version."""
    return any(stage["name"] == Stage.ENTITIES and stage["version"] == version for stage in stages)


def summary_of(db: Session, article_id: int) -> dict[str, Any] | None:
    """The article's summary, None until there is one."""
    summary = db.get(Summary, article_id)
    names = ("version", "kind", "reason", "sentences")
    return {name: getattr(summary, name) for name in names} if summary else None


def entities_of(db: Session, article_id: int) -> list[dict[str, Any]]:
    """The article's things, most mentioned first, each by the name that stands for it, with its mentions in order."""
    return grouped(things_of(db, article_id))


def grouped(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Rows of one article as `things_of` gives them, by thing, the most mentioned first."""
    found: dict[int, dict[str, Any]] = {}
    for _, i, type_, name, start, end, score in rows:
        thing = found.setdefault(i, {"id": i, "type": type_, "name": name, "mentions": []})
        thing["mentions"].append({"start": start, "end": end, "score": round(score, 4)})
    return sorted(found.values(), key=lambda thing: -len(thing["mentions"]))
