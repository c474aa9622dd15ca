"""An article's related articles as they are read, best first, each with its why."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from config.settings import settings
from models.article import Article
from models.neighbour import Neighbour
from nlp.evidence import Evidence, sentence, shared
from nlp.terms import profile

_TEXT = select(Article.title, func.coalesce(Article.text, "")).where(Article.id == bindparam("id"))


def related(
    db: Connection, article_id: int, entities: Callable[[list[int]], Mapping[int, list[str]]] = lambda _: {}
) -> list[dict[str, Any]]:
    """Id, title, url, score and why of each; of equal scores in the order in which lists are kept.

    `entities` names what each of these articles and this one have in common by the tagger. Names and rare words by rule
    are read from the texts now: made for each pair that arrives they would cost more than all else.
    """
    rows = db.execute(
        select(Article.id, Article.title, Article.url, Article.text, *Neighbour.__table__.columns)
        .join(Article, Article.id == Neighbour.neighbour_id)
        .where(Neighbour.article_id == article_id)
        .order_by(Neighbour.score.desc(), Article.key)
        .limit(settings().neighbours)
    ).all()
    if not rows:
        return []
    mine = profile(*db.execute(_TEXT, {"id": article_id}).one())
    named = entities([row.id for row in rows])
    return [
        {
            "article_id": row.id,
            "title": row.title,
            "url": row.url,
            "score": round(row.score, 4),
            "why": _why(row, named.get(row.id, []), *shared(mine, profile(row.title, row.text or ""))),
        }
        for row in rows
    ]


def _why(row: Any, entities: Sequence[str], names: Sequence[str], terms: Sequence[str]) -> dict[str, Any]:
    """The evidence of a link, from a row of `models.neighbour`, and the sentence that says it.

    The sentence has the entities that the tagger knows in both; where it knows none, the names that both have by rule.
    """
    cosine = row.score if row.cosine is None else row.cosine
    hours = None if row.hours is None else round(row.hours, 1)
    return {
        "cosine": round(cosine, 4),
        "shared_entities": list(entities),
        "shared_names": list(names),
        "shared_terms": list(terms),
        "hours_apart": hours,
        "rule": row.rule,
        "sentence": sentence(Evidence(cosine, tuple(entities or names), tuple(terms), hours)),
    }
