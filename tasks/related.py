"""An article's related articles as they are read, best first, each with its why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from config.settings import settings
from models.article import Article
from models.neighbour import Neighbour
from nlp.duplicates import compare
from nlp.evidence import Evidence, sentence, shared
from nlp.passages import Passages, read
from nlp.terms import MOST_CHARACTERS, Profile, profile

SAID = 0.1  # of one text in the other, from which the sentence tells it: two reports of one event quote it
_TEXT = select(Article.title, func.coalesce(Article.text, "")).where(Article.id == bindparam("id"))


@dataclass(frozen=True)
class _Text:
    """An article made ready to be compared with several."""

    profile: Profile
    passages: Passages


def related(
    db: Connection, article_id: int, entities: Callable[[list[int]], Mapping[int, list[str]]] = lambda _: {}
) -> list[dict[str, Any]]:
    """Id, title, url, score and why of each; of equal scores in the order in which lists are kept.

    `entities` names what each of these articles and this one have in common by the tagger. Names, rare words and shares
    of text are read from the texts now, their first MOST_CHARACTERS: made for each pair that arrives they would cost
    more than all else.
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
    mine = _ready(*db.execute(_TEXT, {"id": article_id}).one())
    named = entities([row.id for row in rows])
    return [
        {
            "article_id": row.id,
            "title": row.title,
            "url": row.url,
            "score": round(row.score, 4),
            "why": _why(row, named.get(row.id, []), mine, _ready(row.title, row.text or "")),
        }
        for row in rows
    ]


def _ready(title: str, body: str) -> _Text:
    return _Text(profile(title, body), read(body[:MOST_CHARACTERS]))


def _why(row: Any, entities: Sequence[str], mine: _Text, theirs: _Text) -> dict[str, Any]:
    """The evidence of a link, from a row of `models.neighbour` and both texts, and the sentence that says it.

    The sentence has the entities that the tagger knows in both; where it knows none, the names that both have by rule.
    It is the same from both sides.
    """
    names, terms = shared(mine.profile, theirs.profile)
    common = compare(mine.passages, theirs.passages)
    cosine = row.score if row.cosine is None else row.cosine
    hours = None if row.hours is None else round(row.hours, 1)
    said = sentence(Evidence(cosine, tuple(entities or names), terms, hours))
    most = max(common.share, common.shared_back)
    return {
        "cosine": round(cosine, 4),
        "shared_entities": list(entities),
        "shared_names": list(names),
        "shared_terms": list(terms),
        "hours_apart": hours,
        "share": round(common.share, 4),
        "shared_back": round(common.shared_back, 4),
        "rule": row.rule,
        "sentence": f"{said}; {most:.0%} of one text is in the other" if most >= SAID else said,
    }
