"""The entities task."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy import ARRAY, Text, any_, delete, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.entity import Entity, Mention
from models.stage import Stage
from nlp.mentions import Thing, group
from nlp.spans import Mention as Found
from tasks.stages import Claim, Result, perform
from tasks.texts import clean_text
from workers.app import app
from workers.runtime import runtime


@app.task(name="article.tag_entities")
def tag_entities(article_id: int) -> None:
    """Write the article's entities and where they are mentioned, replacing any earlier ones."""
    perform(article_id, Stage.ENTITIES, _tag)


def _tag(claim: Claim) -> Result:
    article = clean_text(claim.article_id)
    tagged = runtime().tagger.tag([article.text[start:end] for start, end in article.sentences])
    found = [
        Found(start + m.start, start + m.end, m.type, m.score)
        for (start, _), mentions in zip(article.sentences, tagged, strict=True)
        for m in mentions
    ]
    things = group(article.text, found)
    return Result(runtime().tagger_lineage, partial(_write, article_id=claim.article_id, things=things))


def _write(db: Session, *, article_id: int, things: Sequence[Thing]) -> None:
    db.execute(delete(Mention).where(Mention.article_id == article_id))
    if not things:
        return
    ids = _entity_ids(db, things)
    rows = [
        {"article_id": article_id, "start": m.start, "end": m.end, "score": m.score, "entity_id": ids[t.type, t.key]}
        for t in things
        for m in t.mentions
    ]
    db.execute(insert(Mention), rows)


def _entity_ids(db: Session, things: Sequence[Thing]) -> dict[tuple[str, str], int]:
    """One row per thing across all articles. Sorted, so that two articles with the same names cannot deadlock."""
    rows = [{"type": t.type, "key": t.key, "name": t.name} for t in sorted(things, key=lambda t: (t.type, t.key))]
    db.execute(insert(Entity).on_conflict_do_nothing(index_elements=[Entity.type, Entity.key]), rows)
    # As two arrays, since a statement takes 65,535 parameters; a key of another type does no harm in the answer.
    keys = literal([row["key"] for row in rows], ARRAY(Text))
    types = literal(sorted({row["type"] for row in rows}), ARRAY(Text))
    found = db.execute(
        select(Entity.type, Entity.key, Entity.id).where(Entity.type == any_(types), Entity.key == any_(keys))
    )
    return {(kind, key): i for kind, key, i in found}
