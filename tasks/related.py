"""An article's related articles as they are read, best first, each with its why."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from config.settings import settings
from models.article import Article
from models.neighbour import Neighbour
from nlp.evidence import Evidence, sentence


def related(
    db: Connection, article_id: int, entities: Callable[[list[int]], Mapping[int, list[str]]] = lambda _: {}
) -> list[dict[str, Any]]:
    """Id, title, url, score and why of each; of equal scores in the order in which lists are kept.

    `entities` names what each of these articles and this one have in common by the tagger.
    """
    rows = db.execute(
        select(Article.id, Article.title, Article.url, *Neighbour.__table__.columns)
        .join(Article, Article.id == Neighbour.neighbour_id)
        .where(Neighbour.article_id == article_id)
        .order_by(Neighbour.score.desc(), Article.key)
        .limit(settings().neighbours)
    ).all()
    shared = entities([row.id for row in rows])
    return [
        {
            "article_id": row.id,
            "title": row.title,
            "url": row.url,
            "score": round(row.score, 4),
            "why": why(row, shared.get(row.id, [])),
        }
        for row in rows
    ]


def why(row: Any, entities: Sequence[str] = ()) -> dict[str, Any]:
    """The evidence of a link, from a row of `models.neighbour`, and the sentence that says it.

    It names the entities that the tagger knows in both; where it knows none, the names that both texts have by rule.
    """
    cosine = row.score if row.cosine is None else row.cosine
    found = Evidence(row.score, cosine, tuple(entities or row.names), tuple(row.terms), row.hours, row.rule)
    return {
        "cosine": round(cosine, 4),
        "shared_entities": list(entities),
        "shared_names": list(row.names),
        "shared_terms": list(found.terms),
        "hours_apart": None if found.hours is None else round(found.hours, 1),
        "rule": found.rule,
        "sentence": sentence(found),
    }
