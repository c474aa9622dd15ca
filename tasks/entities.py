"""The entities task."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    REAL,
    BigInteger,
    Connection,
    Integer,
    TableValuedAlias,
    Text,
    and_,
    bindparam,
    column,
    delete,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.types import TypeEngine

from models.entity import Entity, Mention
from models.stage import Stage
from nlp.aliases import Alias, find_aliases
from nlp.mentions import Thing, group
from nlp.spans import Mention as Found
from tasks.aliases import learn
from tasks.claims import Claim
from tasks.stages import Result, Work, perform
from tasks.texts import CleanText, clean_texts
from workers.app import app
from workers.runtime import runtime


@dataclass(frozen=True)
class Tagged:
    """The things of an article, and what it says of their names."""

    things: list[Thing]
    aliases: list[Alias]


@app.task(name="article.tag_entities")
def tag_entities(*article_ids: int) -> None:
    """Write the entities of each article and where they are mentioned, replacing any earlier ones."""
    perform(article_ids, Work(Stage.ENTITIES, clean_texts, _tag, _write))


def _tag(_: Claim, article: CleanText) -> tuple[str, Tagged]:
    tagged = runtime().tagger.tag([article.text[start:end] for start, end in article.sentences])
    found = [
        Found(start + m.start, start + m.end, m.type, m.score)
        for (start, _), mentions in zip(article.sentences, tagged, strict=True)
        for m in mentions
    ]
    things = group(article.text, found)
    return runtime().tagger_lineage, Tagged(things, find_aliases(article.text, things))


def _write(db: Connection, results: Sequence[Result[Tagged]]) -> None:
    again = [result.claim.article_id for result in results if result.claim.number > 1]
    if again:  # an earlier try may have written some
        db.execute(delete(Mention).where(Mention.article_id.in_(again)))
    things = {(thing.type, thing.key): thing.name for result in reversed(results) for thing in result.made.things}
    if things:
        _add_entities(db, things)
        _add_mentions(db, results)
    if results:
        learn(db, {result.claim.article_id: result.made.aliases for result in results})  # last: see tasks.settle.lock


def _add_entities(db: Connection, things: Mapping[tuple[str, str], str]) -> None:
    """One row per thing across all articles. Sorted, so that two workers with the same names cannot deadlock."""
    ordered = sorted(things)
    given = {
        "type": [type_ for type_, _ in ordered],
        "key": [key for _, key in ordered],
        "name": [things[thing] for thing in ordered],
    }
    db.execute(_NEW_ENTITIES, given)


def _add_mentions(db: Connection, results: Sequence[Result[Tagged]]) -> None:
    places = [(result.claim.article_id, t, m) for result in results for t in result.made.things for m in t.mentions]
    given = {
        "article_id": [article_id for article_id, _, _ in places],
        "type": [thing.type for _, thing, _ in places],
        "key": [thing.key for _, thing, _ in places],
        "start": [mention.start for _, _, mention in places],
        "end": [mention.end for _, _, mention in places],
        "score": [mention.score for _, _, mention in places],
    }
    db.execute(_NEW_MENTIONS, given)


def _rows(**columns: type[TypeEngine[Any]]) -> TableValuedAlias:
    """A table with these columns, each sent as one array: a statement takes at most 65,535 parameters."""
    arrays = [bindparam(name, type_=ARRAY(kind)) for name, kind in columns.items()]
    return func.unnest(*arrays).table_valued(*(column(*named) for named in columns.items())).render_derived()


def _new_mentions() -> Insert:
    new = _rows(article_id=BigInteger, type=Text, key=Text, start=Integer, end=Integer, score=REAL).c
    same = and_(Entity.type == new.type, Entity.key == new.key)
    found = select(new.article_id, new.start, new.end, new.score, Entity.id).join(Entity, same)
    return insert(Mention).from_select(["article_id", "start", "end", "score", "entity_id"], found)


_NEW_ENTITIES = (
    insert(Entity)
    .from_select(["type", "key", "name"], select(_rows(type=Text, key=Text, name=Text)))
    .on_conflict_do_nothing()
)
_NEW_MENTIONS = _new_mentions()
