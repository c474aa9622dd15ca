"""Results that another article with exactly the same text has already: copied, not made again.

Each article keeps rows of its own. The lineage says which engine and settings made them, whoever ran it.
"""

from sqlalchemy import Connection, Select, and_, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from models.article import Article
from models.entity import Mention
from models.neighbour import Vector
from models.stage import Stage, StageRow, State
from models.summary import Summary

_WITH_TITLE = (Stage.SUMMARY, Stage.NEIGHBOURS)  # these read the headline, too


class Gone(Exception):
    """The results that were to be copied are no longer there: try again, and make them."""


def reusable(db: Connection, article_id: int, stage: Stage, lineage: str) -> int | None:
    """An article with the same text, whose stage is done with this lineage; any, since all have the same result."""
    return db.scalar(_same(article_id, stage, lineage).limit(1))


def copy_results(db: Connection, *, article_id: int, version: int, stage: Stage, lineage: str) -> None:
    """Copy such an article's summary or mentions in place of this one's, in the transaction that ends the stage.

    The other one's stage is held meanwhile, so that its rows are of the text that was compared. Raises Gone when there
    is none by now, or it is being written.
    """
    held = _same(article_id, stage, lineage).limit(1).with_for_update(read=True, of=StageRow, skip_locked=True)
    other = db.scalar(held)
    if other is None:
        raise Gone(f"no other article with this text has its {stage} any more")
    if stage is Stage.SUMMARY:
        _copy_summary(db, article_id, version, other)
    elif stage is Stage.ENTITIES:
        _copy_mentions(db, article_id, other)
    else:
        raise ValueError(f"there is nothing to copy of the stage {stage}")


def same_vector(db: Connection, article_id: int, lineage: str) -> list[float] | None:
    """The vector of such an article, in place of embedding the text; the neighbours themselves are searched anew."""
    vector = Vector.article_id == StageRow.article_id
    found = _same(article_id, Stage.NEIGHBOURS, lineage).join(Vector, and_(vector, Vector.lineage == lineage))
    return db.scalar(found.with_only_columns(Vector.vector).limit(1))


def _same(article_id: int, stage: Stage, lineage: str) -> Select[int]:
    mine, other = aliased(Article), aliased(Article)
    same = [mine.text_hash == other.text_hash, mine.text == other.text, mine.sentences == other.sentences]
    if stage in _WITH_TITLE:
        same.append(mine.title == other.title)
    done = (StageRow.state == State.DONE, StageRow.lineage == lineage, StageRow.version == other.version)
    return (
        select(other.id)
        .join(mine, and_(other.id != mine.id, *same))
        .join(StageRow, and_(StageRow.article_id == other.id, StageRow.name == stage, *done))
        .where(mine.id == article_id)
    )


def _copy_summary(db: Connection, article_id: int, version: int, other: int) -> None:
    columns = (Summary.kind, Summary.reason, Summary.sentences)
    rows = select(literal(article_id), literal(version), *columns, func.now()).where(Summary.article_id == other)
    names = ["article_id", "version", "kind", "reason", "sentences", "created_at"]
    statement = insert(Summary).from_select(names, rows)
    values = {name: statement.excluded[name] for name in names[1:]}
    db.execute(statement.on_conflict_do_update(index_elements=[Summary.article_id], set_=values))


def _copy_mentions(db: Connection, article_id: int, other: int) -> None:
    db.execute(delete(Mention).where(Mention.article_id == article_id))
    columns = (Mention.start, Mention.end, Mention.entity_id, Mention.score)
    rows = select(literal(article_id), *columns).where(Mention.article_id == other)
    db.execute(insert(Mention).from_select(["article_id", "start", "end", "entity_id", "score"], rows))
