"""Results that another article with exactly the same text has already: read and written again, not made again.

Each article keeps rows of its own. The lineage says which engine and settings made them, for whichever article.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, TextClause, select, text

from models.entity import Entity, Mention
from models.stage import Stage
from models.summary import Kind, Summary, SummarySentence
from nlp.mentions import Thing
from nlp.spans import Mention as Found

_TWINS = """
    select mine.id, other.id from articles mine cross join lateral (
        select o.id from articles o
        join stages s on s.article_id = o.id and s.name = :stage and s.state = 'done' and s.version = o.version
        where o.text_hash = mine.text_hash and o.id <> mine.id and o.text = mine.text and o.sentences = mine.sentences
          and s.lineage = any(:lineages) {more} limit 1
    ) as other where mine.id = any(:ids)
"""
_SAME_TEXT = text(_TWINS.format(more=""))
_SAME_HEADLINE = text(_TWINS.format(more="and o.title = mine.title"))
_STATEMENTS: dict[Stage, TextClause] = {Stage.SUMMARY: _SAME_HEADLINE, Stage.ENTITIES: _SAME_TEXT}


def twins(db: Connection, article_ids: Sequence[int], stage: Stage, *lineages: str) -> dict[int, int]:
    """For some of these articles another one with the same text, and headline where the stage reads it, whose stage is
    done with one of these lineages; any, since all have the same result.
    """
    given = {"ids": list(article_ids), "stage": stage, "lineages": list(lineages)}
    return dict(map(tuple, db.execute(_STATEMENTS[stage], given)))


def summaries(db: Connection, article_ids: Iterable[int]) -> dict[int, tuple[Kind, list[SummarySentence], str | None]]:
    """Kind, sentences and reason of each summary, by article."""
    wanted = select(Summary.article_id, Summary.kind, Summary.sentences, Summary.reason)
    rows = db.execute(wanted.where(Summary.article_id.in_(article_ids)))
    return {row.article_id: (Kind(row.kind), row.sentences, row.reason) for row in rows}


def things(db: Connection, article_ids: Sequence[int]) -> dict[int, list[Thing]]:
    """The things of each article, as `nlp.mentions.group` gave them: in the order of their first mention."""
    found: dict[int, dict[tuple[str, str, str], list[Found]]] = {article_id: {} for article_id in article_ids}
    rows = db.execute(
        select(Mention.article_id, Mention.start, Mention.end, Mention.score, Entity.type, Entity.key, Entity.name)
        .join(Entity, Entity.id == Mention.entity_id)
        .where(Mention.article_id.in_(article_ids))
        .order_by(Mention.start)
    )
    for row in rows:
        place = Found(row.start, row.end, row.type, row.score)
        found[row.article_id].setdefault((row.type, row.key, row.name), []).append(place)
    return {i: [Thing(*named, tuple(places)) for named, places in some.items()] for i, some in found.items()}
