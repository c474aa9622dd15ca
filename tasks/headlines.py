"""Articles as they are listed for people: headline, source, time, state, and the first sentence of the summary."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, select

from models.article import Article
from models.summary import Summary
from tasks.listing import AT, overall_state
from tasks.settle import among


def headlines(db: Connection, article_ids: Sequence[int]) -> list[dict[str, Any]]:
    """These articles in this order, without those that are not there. `at` is when published, or else when arrived.

    `lead` is the first sentence of the summary, None where there is none of this version.
    """
    rows = db.execute(
        select(
            *(Article.id, Article.title, Article.source, AT.label("at"), overall_state().label("state")),
            Summary.sentences[0]["text"].astext.label("lead"),
        )
        .outerjoin(Summary, and_(Summary.article_id == Article.id, Summary.version == Article.version))
        .where(among(Article.id, article_ids))
    )
    found = {row["id"]: dict(row) for row in rows.mappings()}
    return [found[article_id] for article_id in dict.fromkeys(article_ids) if article_id in found]
