"""An article's related articles as they are read, best first, each with its why."""

from typing import Any

from sqlalchemy import Connection, select

from config.settings import settings
from models.article import Article
from models.neighbour import Neighbour
from nlp.evidence import Evidence, sentence


def related(db: Connection, article_id: int) -> list[dict[str, Any]]:
    """Id, title, url, score and why of each; of equal scores in the order in which lists are kept."""
    rows = db.execute(
        select(Article.id, Article.title, Article.url, *Neighbour.__table__.columns)
        .join(Article, Article.id == Neighbour.neighbour_id)
        .where(Neighbour.article_id == article_id)
        .order_by(Neighbour.score.desc(), Article.key)
        .limit(settings().neighbours)
    )
    return [
        {"article_id": row.id, "title": row.title, "url": row.url, "score": round(row.score, 4), "why": why(row)}
        for row in rows
    ]


def why(row: Any) -> dict[str, Any]:
    """The evidence of a link, from a row of `models.neighbour`, and the sentence that says it."""
    cosine = row.score if row.cosine is None else row.cosine
    found = Evidence(row.score, cosine, tuple(row.names), tuple(row.terms), row.hours, row.rule)
    return {
        "cosine": round(cosine, 4),
        "shared_names": list(found.names),
        "shared_terms": list(found.terms),
        "hours_apart": None if found.hours is None else round(found.hours, 1),
        "rule": found.rule,
        "sentence": sentence(found),
    }
