"""The neighbours task: the article's vector is committed first, then searched with, so no pair is missed."""

from functools import partial

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import Connection, cast, delete, literal_column, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from config.settings import settings
from models.neighbour import Neighbour, Vector
from models.session import transaction
from models.stage import Stage
from nlp.likeness import lead
from tasks.stages import Claim, Result, hold, perform
from tasks.texts import clean_text
from tasks.vectors import index_width
from workers.app import app
from workers.runtime import runtime

EF_SEARCH = 100  # recall .950 of the ten nearest at 100k vectors (docs/decisions/0004-vectors.md)
_SEARCH = text(  # without the iterative scan a WHERE starves the index
    f"select set_config('hnsw.ef_search', '{EF_SEARCH:d}', true), "
    "set_config('hnsw.iterative_scan', 'strict_order', true)"
)


@app.task(name="article.link_neighbours")
def link_neighbours(article_id: int) -> None:
    """Link the article with those most like it, in both directions."""
    perform(article_id, Stage.NEIGHBOURS, _link)


def _link(claim: Claim) -> Result:
    article = clean_text(claim.article_id)
    compared = lead(article.title, article.text, article.sentences)
    vector = runtime().embedder.embed([compared])[0].tolist()
    lineage = runtime().embedder_lineage
    index_width(len(vector))
    _save_vector(claim, vector, lineage)
    return Result(lineage, partial(_write, article_id=claim.article_id, vector=vector, lineage=lineage))


def _save_vector(claim: Claim, vector: list[float], lineage: str) -> None:
    """Commit the vector before anyone searches: of two articles arriving together, the later one finds the other.

    Where the vector has changed, links that rest on the old one go. Raises Superseded when the claim is void.
    """
    article_id = claim.article_id
    with transaction() as db:
        hold(db, claim)
        statement = insert(Vector).values(article_id=article_id, vector=vector, lineage=lineage)
        new = statement.excluded
        changed = statement.on_conflict_do_update(
            index_elements=[Vector.article_id],
            set_={"vector": new.vector, "lineage": new.lineage},
            where=or_(Vector.vector != new.vector, Vector.lineage != new.lineage),
        ).returning(Vector.article_id)
        if db.scalar(changed) is not None and claim.number > 1:  # nothing links a first vector yet
            touching = or_(Neighbour.article_id == article_id, Neighbour.neighbour_id == article_id)
            db.execute(delete(Neighbour).where(touching))


def _write(db: Connection, *, article_id: int, vector: list[float], lineage: str) -> None:
    found = _most_alike(db, article_id, vector, lineage)
    pairs = [(article_id, other, score) for other, score in found] + [
        (other, article_id, score) for other, score in found
    ]
    if not pairs:
        return
    rows = [{"article_id": a, "neighbour_id": b, "score": score, "rule": lineage} for a, b, score in sorted(pairs)]
    statement = insert(Neighbour).values(rows)
    new = statement.excluded
    db.execute(
        statement.on_conflict_do_update(
            index_elements=[Neighbour.article_id, Neighbour.neighbour_id], set_={"score": new.score, "rule": new.rule}
        )
    )


def _most_alike(db: Connection, article_id: int, vector: list[float], lineage: str) -> list[tuple[int, float]]:
    """Ids and cosines of the most alike articles, best first."""
    db.execute(_SEARCH)
    width = len(vector)
    # In the words of the width's index, and the width as a constant, or the planner does not see that they agree.
    distance = cast(Vector.vector, HALFVEC(width)).cosine_distance(vector)
    same_width = Vector.dimensions == literal_column(f"{width:d}")
    nearest = (
        select(Vector.article_id, (1 - distance).label("cosine"))
        .where(Vector.article_id != article_id, Vector.lineage == lineage, same_width)
        .order_by(distance)
        .limit(settings().neighbours)
    )
    return [(i, min(float(c), 1.0)) for i, c in db.execute(nearest) if c >= settings().min_cosine]
