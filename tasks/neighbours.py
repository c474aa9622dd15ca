"""The neighbours task: what is compared of articles is committed before anything is compared, so no pair is missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import ARRAY, BigInteger, Connection, and_, any_, bindparam, select, text
from sqlalchemy.orm import aliased

from models.article import Article
from models.neighbour import Vector
from models.session import statements, transaction
from models.stage import Stage
from nlp.likeness import lead
from nlp.pairs import features
from nlp.passages import Passages, read
from nlp.spans import Span
from nlp.terms import profile
from tasks.bands import save_bands
from tasks.claims import Claim, hold
from tasks.duplicates import link_duplicates
from tasks.likeness import Arriving, link, save_features
from tasks.placing import place
from tasks.stages import Result, Work, perform
from tasks.vectors import index_width
from workers.app import app
from workers.runtime import runtime

_TWIN = aliased(Article)
_SAME = (  # a vector that this embedder made of this very article, or of another one with the same headline and text
    select(Vector.vector)
    .join(_TWIN, and_(_TWIN.id == Vector.article_id, _TWIN.version == Vector.version))
    .where(
        Vector.lineage == bindparam("lineage"),
        _TWIN.text_hash == Article.text_hash,
        _TWIN.text == Article.text,
        _TWIN.title == Article.title,
        _TWIN.sentences == Article.sentences,
    )
    .limit(1)
    .correlate(Article)
    .scalar_subquery()
)
_WANTED = select(
    Article.id,
    Article.title,
    Article.text,
    Article.sentences,
    Article.published_at,
    Article.created_at,
    _SAME.label("vector"),
).where(Article.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
_SAVE = text(  # arrays: a row at a time costs a round through client and server each
    "insert into vectors as v (article_id, vector, version, at, lineage) "
    "select n.id, cast(n.vector as halfvec), n.version, n.at, :lineage from unnest(cast(:ids as bigint[]), "
    "cast(:vectors as text[]), cast(:versions as int[]), cast(:ats as timestamptz[])) n (id, vector, version, at) "
    "on conflict (article_id) do update set vector = excluded.vector, version = excluded.version, at = excluded.at, "
    "lineage = excluded.lineage where (v.vector, v.version, v.at, v.lineage) is distinct from "
    "(excluded.vector, excluded.version, excluded.at, excluded.lineage)"
)


@dataclass(frozen=True)
class Read:
    """What of an article is compared with others."""

    title: str
    text: str
    sentences: list[Span]
    published: datetime | None
    created: datetime
    vector: list[float] | None


@dataclass(frozen=True)
class Compared:
    """An article's vector, and what else is compared: for likeness, and for being the same text."""

    vector: list[float]
    arriving: Arriving
    passages: Passages


@app.task(name="article.link_neighbours")
def link_neighbours(*article_ids: int) -> None:
    """Link each article with those most like it, in both directions, and give it its place in a story."""
    perform(article_ids, Work(Stage.NEIGHBOURS, _read, _compare, _write, show=_show))


def _read(article_ids: Sequence[int]) -> dict[int, Read]:
    with statements() as db:
        rows = db.execute(_WANTED, {"ids": list(article_ids), "lineage": runtime().embedder_lineage}).all()
    return {
        row.id: Read(
            row.title,
            row.text or "",
            [Span(*pair) for pair in row.sentences or ()],
            row.published_at,
            row.created_at,
            row.vector,
        )
        for row in rows
    }


def _compare(claim: Claim, article: Read) -> tuple[str, Compared]:
    vector = article.vector or _embedded(article)
    index_width(len(vector))
    found, lineage = profile(article.title, article.text), runtime().links_lineage
    compared = features(found, vector, article.published)
    arriving = Arriving(claim.article_id, found, compared, lineage, article.published or article.created)
    return lineage, Compared(vector, arriving, read(article.text))


def _embedded(article: Read) -> list[float]:
    compared = lead(article.title, article.text, article.sentences)
    vector: list[float] = runtime().embedder.embed([compared])[0].astype(np.float16).tolist()
    return vector  # as it is stored: a later try, which reads it, must come to the same


def _show(results: Sequence[Result[Compared]]) -> list[Result[Compared]]:
    """Commit vectors and features before anyone searches: of two articles arriving together, the later finds the other.

    Where they have changed, links that rest on the old ones go. Results whose claim is void are left out.
    """
    with transaction() as db:
        held = hold(db, [result.claim for result in results])
        counting = [result for result in results if result.claim.article_id in held]
        if counting:
            db.execute(_SAVE, _vectors(counting))
            save_features(db, [result.made.arriving for result in counting])
            save_bands(db, _passages(counting))
    return counting


def _vectors(results: Sequence[Result[Compared]]) -> dict[str, object]:
    return {
        "ids": [result.claim.article_id for result in results],
        "vectors": [str(result.made.vector) for result in results],  # a list is written as PostgreSQL reads a vector
        "versions": [result.claim.version for result in results],
        "ats": [result.made.arriving.at for result in results],
        "lineage": runtime().embedder_lineage,
    }


def _write(db: Connection, results: Sequence[Result[Compared]]) -> None:
    if results:
        place(db, link(db, [result.made.arriving for result in results]))
        link_duplicates(db, _passages(results))  # last: groups are changed by one transaction at a time


def _passages(results: Sequence[Result[Compared]]) -> dict[int, Passages]:
    return {result.claim.article_id: result.made.passages for result in results}
