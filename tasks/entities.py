"""The entities task."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import (
    ARRAY,
    REAL,
    Connection,
    Integer,
    TableValuedAlias,
    Text,
    and_,
    column,
    delete,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.types import TypeEngine

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
    return Result(runtime().tagger_lineage, partial(_write, claim=claim, things=things))


def _write(db: Connection, *, claim: Claim, things: Sequence[Thing]) -> None:
    if claim.number > 1:  # an earlier try may have written some
        db.execute(delete(Mention).where(Mention.article_id == claim.article_id))
    if things:
        _add_entities(db, things)
        _add_mentions(db, claim.article_id, things)


def _add_entities(db: Connection, things: Sequence[Thing]) -> None:
    """One row per thing across all articles. Sorted, so that two articles with the same names cannot deadlock."""
    ordered = sorted(things, key=lambda t: (t.type, t.key))
    new = _rows(
        type=(Text, [t.type for t in ordered]),
        key=(Text, [t.key for t in ordered]),
        name=(Text, [t.name for t in ordered]),
    )
    db.execute(insert(Entity).from_select(["type", "key", "name"], select(new)).on_conflict_do_nothing())


def _add_mentions(db: Connection, article_id: int, things: Sequence[Thing]) -> None:
    places = [(t, m) for t in things for m in t.mentions]
    new = _rows(
        type=(Text, [t.type for t, _ in places]),
        key=(Text, [t.key for t, _ in places]),
        start=(Integer, [m.start for _, m in places]),
        end=(Integer, [m.end for _, m in places]),
        score=(REAL, [m.score for _, m in places]),
    )
    c = new.c
    found = select(literal(article_id), c.start, c.end, c.score, Entity.id).join(
        Entity, and_(Entity.type == c.type, Entity.key == c.key)
    )
    db.execute(insert(Mention).from_select(["article_id", "start", "end", "score", "entity_id"], found))


def _rows(**columns: tuple[type[TypeEngine[Any]], list[Any]]) -> TableValuedAlias:
    """A table with these columns, sent as one array each: a statement takes at most 65,535 parameters."""
    arrays = [literal(values, ARRAY(kind)) for kind, values in columns.values()]
    return (
        func.unnest(*arrays).table_valued(*(column(name, kind) for name, (kind, _) in columns.items())).render_derived()
    )
