"""Related articles: who is looked at, how alike they are, and the lists of both sides, each with its evidence.

Features are committed before anyone searches, as vectors are: of two articles that arrive together, the later one finds
the other. Whoever links holds the locks of all features rows concerned, taken in the order of their ids, so that two
workers neither wait for each other in a circle nor leave a list too long.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from config.settings import settings
from models.features import Features as Row
from models.features import Term
from models.neighbour import Neighbour
from nlp.evidence import Evidence, explained
from nlp.pairs import RULE as LIKENESS
from nlp.pairs import Features, Parts, parts, quantised, score
from nlp.stories import TOUCHES
from nlp.terms import RULE as TERMS
from nlp.terms import keys_of, profile
from tasks.candidates import Candidate, candidates

_NEW = insert(Row)
_MADE = ("lineage", "words", "weights", "names", "vector", "published_at", "at")
_SAVE = _NEW.on_conflict_do_update(
    index_elements=[Row.article_id],
    set_={name: _NEW.excluded[name] for name in _MADE},
    where=or_(*(getattr(Row, name).is_distinct_from(_NEW.excluded[name]) for name in _MADE)),
).returning(Row.article_id)
_TERMS = insert(Term).on_conflict_do_nothing()
_NEW_LINK = insert(Neighbour)
_WHY = ("score", "cosine", "names", "terms", "hours", "rule")
_LINK = _NEW_LINK.on_conflict_do_update(
    index_elements=[Neighbour.article_id, Neighbour.neighbour_id],
    set_={name: _NEW_LINK.excluded[name] for name in _WHY},
)
_TRIM = text(  # of equal scores those stay whose key comes first: ids follow the order of arrival, keys do not
    "delete from neighbours n using (select article_id, neighbour_id, row_number() over (partition by article_id "
    "order by score desc, a.key) as place from neighbours join articles a on a.id = neighbour_id "
    "where article_id = any(:ids)) ranked where ranked.place > :most "
    "and n.article_id = ranked.article_id and n.neighbour_id = ranked.neighbour_id"
)


@dataclass(frozen=True)
class Arriving:
    """An article to be linked. `at` is when it was published, or else when it arrived; `lineage` its features' one."""

    article_id: int
    features: Features
    vector: list[float]
    lineage: str
    at: datetime


def compared(
    article_id: int,
    title: str,
    body: str,
    vector: list[float],
    embedder: str,
    published: datetime | None,
    arrived: datetime,
) -> Arriving:
    """What is compared of an article, from its text and its vector; `embedder` is the vector's lineage. About 2 ms."""
    features = Features(profile(title, body), quantised(vector), published)
    return Arriving(article_id, features, vector, f"{embedder} {LIKENESS} terms {TERMS}", published or arrived)


@dataclass(frozen=True)
class Scored:
    """An arriving article with what it was compared with, the scores, and what they are made of, in one order."""

    arriving: Arriving
    others: list[Candidate]
    scores: list[float]
    parts: Parts | None = None

    def near(self) -> list[int]:
        """Ids of those that may tell the same story, the nearest first."""
        near = [(-s, other.article_id) for other, s in zip(self.others, self.scores, strict=True) if s >= TOUCHES]
        return [article_id for _, article_id in sorted(near)]

    def links(self, least: float, kept: int) -> Iterator[tuple[int, int, Evidence]]:
        """From whom, to whom and why: the pairs that score `least` and may be among the best `kept` of a list."""
        worst = sorted([least, *self.scores], reverse=True)[:kept][-1]
        for place, (other, reached) in enumerate(zip(self.others, self.scores, strict=True)):
            mine, theirs = reached >= worst, round(reached, 4) >= round(other.worst, 4)
            if self.parts is not None and reached >= least and (mine or theirs):
                why = explained(self.arriving.features, other.features, self.parts, place, reached)
                if mine:
                    yield self.arriving.article_id, other.article_id, why
                if theirs:
                    yield other.article_id, self.arriving.article_id, why


def save_features(db: Connection, arriving: Sequence[Arriving]) -> set[int]:
    """Write what is compared, in a transaction of its own. Where it has changed, links that rest on the old one go.

    Gives the ids of those that were new or changed.
    """
    if not arriving:
        return set()
    here = {one.article_id for one in arriving}
    lock_features(db, here)
    rows = [_row(one) for one in sorted(arriving, key=lambda one: one.article_id)]
    changed = set(db.scalars(_SAVE, rows))
    if changed:
        _unlink(db, changed)
        db.execute(delete(Term).where(Term.article_id.in_(changed)))
        terms = [
            {"article_id": one.article_id, "key": key, "at": one.at}
            for one in arriving
            if one.article_id in changed
            for key in keys_of(one.features.profile)
        ]
        if terms:
            db.execute(_TERMS, terms)
    return changed


def _unlink(db: Connection, changed: set[int]) -> None:
    touching = or_(Neighbour.article_id.in_(changed), Neighbour.neighbour_id.in_(changed))
    # In order, since two articles that are on each other's lists may change at once.
    links = select(Neighbour.article_id).where(touching).order_by(Neighbour.article_id, Neighbour.neighbour_id)
    if db.execute(links.with_for_update()).first():
        db.execute(delete(Neighbour).where(touching))


def _row(one: Arriving) -> dict[str, object]:
    profile = one.features.profile
    return {
        "article_id": one.article_id,
        "lineage": one.lineage,
        "words": " ".join(profile.words),
        "weights": profile.weights,
        "names": list(profile.names),
        "vector": one.features.vector,
        "published_at": one.features.published,
        "at": one.at,
    }


def lock_features(db: Connection, ids: set[int]) -> None:
    """Hold the lists of these articles until the transaction ends."""
    rows = select(Row.article_id).where(Row.article_id.in_(ids)).order_by(Row.article_id)
    db.execute(rows.with_for_update(key_share=True))


def link(db: Connection, arriving: Sequence[Arriving]) -> list[Scored]:
    """Put each article and those like it on each other's lists, and keep each list's best.

    Gives what was compared, for `tasks.placing`. The features of `arriving` are committed before.
    """
    found = [_scored(db, one) for one in sorted(arriving, key=lambda one: one.article_id)]
    least, kept = settings().min_score, settings().neighbours
    pairs = {(a, b): why for one in found for a, b, why in one.links(least, kept)}
    near = {i for one in found for i in one.near()} | {i for pair in pairs for i in pair}
    lock_features(db, near | {one.article_id for one in arriving})
    if pairs:
        db.execute(_LINK, [_link(pair, pairs[pair]) for pair in sorted(pairs)])
        db.execute(_TRIM, {"ids": sorted({i for i, _ in pairs}), "most": kept})
    return found


def _scored(db: Connection, one: Arriving) -> Scored:
    horizon, kept = timedelta(days=settings().horizon_days), settings().neighbours
    others = candidates(db, one.article_id, one.features, one.vector, one.lineage, one.at, horizon, kept)
    if not others:
        return Scored(one, [], [])
    found = parts([one.features], [other.features for other in others])
    return Scored(one, others, score(found)[0].tolist(), found)


def _link(pair: tuple[int, int], why: Evidence) -> dict[str, object]:
    return {
        "article_id": pair[0],
        "neighbour_id": pair[1],
        "score": why.score,
        "cosine": why.cosine,
        "names": list(why.names),
        "terms": list(why.terms),
        "hours": why.hours,
        "rule": why.rule,
    }
