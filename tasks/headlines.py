"""Articles as they are listed for people: headline, source, time, state, and the first sentence of the summary."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from models.article import Article
from models.stage import StageRow
from models.summary import Summary
from tasks.reading import overall
from tasks.settle import among


def headlines(db: Connection, article_ids: Sequence[int]) -> list[dict[str, Any]]:
    """These articles in this order, without those that are not there. `at` is when published, or else when arrived.

    `lead` is the first sentence of the summary, None where there is none of this version.
    """
    states = (
        select(func.array_agg(aggregate_order_by(StageRow.state, StageRow.name)))
        .where(StageRow.article_id == Article.id)
        .scalar_subquery()
    )
    rows = db.execute(
        select(
            *(Article.id, Article.title, Article.source, Article.url, Article.language),
            Article.published_at,
            func.coalesce(Article.published_at, Article.created_at).label("at"),
            states.label("states"),
            Summary.sentences[0]["text"].astext.label("lead"),
        )
        .outerjoin(Summary, (Summary.article_id == Article.id) & (Summary.version == Article.version))
        .where(among(Article.id, article_ids))
    )
    found = {row["id"]: _told(dict(row)) for row in rows.mappings()}
    return [found[article_id] for article_id in dict.fromkeys(article_ids) if article_id in found]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"state": overall([{"state": state} for state in row.pop("states") or []])}
