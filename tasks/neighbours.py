"""The neighbours task: the article's vector is committed first, then searched with, so no pair is missed."""

from collections.abc import Sequence
from dataclasses import dataclass

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import Connection, cast, delete, literal_column, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from config.settings import settings
from models.neighbour import Neighbour, Vector
from models.session import transaction
from models.stage import Stage
from nlp.likeness import lead
from tasks.claims import Claim, hold
from tasks.stages import Result, Work, perform
from tasks.texts import CleanText, clean_texts
from tasks.vectors import index_width
from workers.app import app
from workers.runtime import runtime

EF_SEARCH = 100  # recall .950 of the ten nearest at 100k vectors (docs/decisions/0004-vectors.md)
_SEARCH = text(  # without the iterative scan a WHERE starves the index
    f"select set_config('hnsw.ef_search', '{EF_SEARCH:d}', true), "
    "set_config('hnsw.iterative_scan', 'strict_order', true)"
)
_NEW = insert(Vector)
_SAVE = _NEW.on_conflict_do_update(
    index_elements=[Vector.article_id],
    set_={"vector": _NEW.excluded.vector, "lineage": _NEW.excluded.lineage},
    where=or_(Vector.vector != _NEW.excluded.vector, Vector.lineage != _NEW.excluded.lineage),
).returning(Vector.article_id)
_NEW_LINK = insert(Neighbour)
_LINK = _NEW_LINK.on_conflict_do_update(
    index_elements=[Neighbour.article_id, Neighbour.neighbour_id],
    set_={"score": _NEW_LINK.excluded.score, "rule": _NEW_LINK.excluded.rule},
)


@dataclass(frozen=True)
class Placed:
    """Where an article is in the embedder's space."""

    vector: list[float]
    lineage: str


@app.task(name="article.link_neighbours")
def link_neighbours(*article_ids: int) -> None:
    """Link each article with those most like it, in both directions."""
    perform(article_ids, Work(Stage.NEIGHBOURS, clean_texts, _place, _write, show=_save_vectors))


def _place(_: Claim, article: CleanText) -> tuple[str, Placed]:
    vector = runtime().embedder.embed([lead(article.title, article.text, article.sentences)])[0].tolist()
    lineage = runtime().embedder_lineage
    index_width(len(vector))
    return lineage, Placed(vector, lineage)


def _save_vectors(results: Sequence[Result[Placed]]) -> list[Result[Placed]]:
    """Commit the vectors before anyone searches: of two articles arriving together, the later one finds the other.

    Where a vector has changed, links that rest on the old one go. Results whose claim is void are left out.
    """
    with transaction() as db:
        held = hold(db, [result.claim for result in results])
        counting = [result for result in results if result.claim.article_id in held]
        if not counting:
            return []
        rows = [{"article_id": result.claim.article_id, **vars(result.made)} for result in counting]
        again = {result.claim.article_id for result in counting if result.claim.number > 1}
        changed = again.intersection(db.scalars(_SAVE, rows))
        if changed:  # not for a first vector: nothing links it yet
            touching = or_(Neighbour.article_id.in_(changed), Neighbour.neighbour_id.in_(changed))
            db.execute(delete(Neighbour).where(touching))
    return counting


def _write(db: Connection, results: Sequence[Result[Placed]]) -> None:
    pairs: dict[tuple[int, int], dict[str, object]] = {}
    if results:
        db.execute(_SEARCH)
    for result in results:
        article_id, lineage = result.claim.article_id, result.made.lineage
        for other, score in _most_alike(db, article_id, result.made.vector, lineage):
            for a, b in ((article_id, other), (other, article_id)):
                pairs[a, b] = {"article_id": a, "neighbour_id": b, "score": score, "rule": lineage}
    if pairs:
        db.execute(_LINK, [pairs[pair] for pair in sorted(pairs)])


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
