"""Related articles: who is looked at, how alike they are, and the lists of both sides, each with its evidence.

Features are committed before anyone searches, as vectors are: of two articles that arrive together, the later one finds
the other. Whoever links holds the locks of all features rows concerned, taken in the order of their ids, so that two
workers neither wait for each other in a circle nor leave a list too long.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, BigInteger, Connection, any_, bindparam, delete, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from config.settings import settings
from models.features import Features as Row
from models.features import Term
from models.neighbour import Neighbour
from nlp.pairs import RULE, Features, parts, score
from nlp.stories import TOUCHES
from nlp.terms import Profile, keys_of
from tasks.arrays import arrays
from tasks.candidates import candidates

_NEW = insert(Row)
_MADE = ("lineage", "hashes", "weights", "names", "numbers", "shown", "vector", "published_at", "at")
_SAVE = _NEW.on_conflict_do_update(
    index_elements=[Row.article_id],
    set_={name: _NEW.excluded[name] for name in _MADE},
    where=or_(*(getattr(Row, name).is_distinct_from(_NEW.excluded[name]) for name in _MADE)),
).returning(Row.article_id)
_IDS = any_(bindparam("ids", type_=ARRAY(BigInteger)))
_LOCK = select(Row.article_id).where(Row.article_id == _IDS).order_by(Row.article_id).with_for_update(key_share=True)
_touching = or_(Neighbour.article_id == _IDS, Neighbour.neighbour_id == _IDS)
_LINKS_OF = (  # in order, since two articles that are on each other's lists may change at once
    select(Neighbour.article_id)
    .where(_touching)
    .order_by(Neighbour.article_id, Neighbour.neighbour_id)
    .with_for_update()
)
_UNLINK = delete(Neighbour).where(_touching)
_FORGET_TERMS = delete(Term).where(Term.article_id == _IDS)
_TERMS = text(
    "insert into terms (article_id, key, weight, at) select * from unnest(cast(:article_ids as bigint[]), "
    "cast(:keys as bigint[]), cast(:weights as smallint[]), cast(:ats as timestamptz[])) on conflict do nothing"
)
_LINK = text(
    "insert into neighbours (article_id, neighbour_id, score, cosine, hours, rule) select n.*, :rule from "
    "unnest(cast(:article_ids as bigint[]), cast(:neighbour_ids as bigint[]), cast(:scores as real[]), "
    "cast(:cosines as real[]), cast(:hours as real[])) n on conflict (article_id, neighbour_id) do update set "
    "score = excluded.score, cosine = excluded.cosine, hours = excluded.hours, rule = excluded.rule"
)
_TRIM = text(  # of equal scores those stay whose key comes first: ids follow the order of arrival, keys do not
    "delete from neighbours n using (select article_id, neighbour_id, row_number() over (partition by article_id "
    "order by score desc, a.key) as place from neighbours join articles a on a.id = neighbour_id "
    "where article_id = any(:ids)) ranked where ranked.place > :most "
    "and n.article_id = ranked.article_id and n.neighbour_id = ranked.neighbour_id"
)


Alike = tuple[float, float, float | None]  # score, cosine, and hours apart where both have a date


@dataclass(frozen=True)
class Arriving:
    """An article to be linked. `at` is when it was published, or else when it arrived; `lineage` its features' one."""

    article_id: int
    profile: Profile
    features: Features
    lineage: str
    at: datetime


@dataclass(frozen=True)
class Scored:
    """What an arriving article was compared with, by id, and the scores."""

    arriving: Arriving
    others: Mapping[int, Features]
    scores: Mapping[int, float]

    def near(self) -> list[int]:
        """Ids of those that may tell the same story, the nearest first."""
        return sorted((i for i, s in self.scores.items() if s >= TOUCHES), key=lambda i: (-self.scores[i], i))


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
        db.execute(_FORGET_TERMS, {"ids": sorted(changed)})
        terms = [
            (one.article_id, key, weight, one.at)
            for one in arriving
            if one.article_id in changed
            for key, weight in keys_of(one.profile).items()
        ]
        if terms:
            db.execute(_TERMS, arrays(("article_ids", "keys", "weights", "ats"), terms))
    return changed


def _unlink(db: Connection, changed: set[int]) -> None:
    if db.execute(_LINKS_OF, {"ids": sorted(changed)}).first():
        db.execute(_UNLINK, {"ids": sorted(changed)})


def _row(one: Arriving) -> dict[str, object]:
    found = one.features
    return {
        "article_id": one.article_id,
        "lineage": one.lineage,
        "hashes": found.hashes,
        "weights": found.weights,
        "names": found.names,
        "numbers": found.numbers,
        "shown": list(one.profile.names),
        "vector": found.vector,
        "published_at": found.published,
        "at": one.at,
    }


def lock_features(db: Connection, ids: set[int]) -> None:
    """Hold the lists of these articles until the transaction ends."""
    db.execute(_LOCK, {"ids": sorted(ids)})


def link(db: Connection, arriving: Sequence[Arriving]) -> list[Scored]:
    """Put each article and those like it on each other's lists, and keep each list's best.

    Gives what was compared, for `tasks.placing`. The features of `arriving` are committed before, and of one lineage.
    """
    ids, width = sorted(one.article_id for one in arriving), len(arriving[0].features.vector)
    others = candidates(db, ids, width, arriving[0].lineage, timedelta(days=settings().horizon_days))
    links: dict[tuple[int, int], Alike] = {}
    found = [_scored(one, others[one.article_id], links) for one in sorted(arriving, key=lambda one: one.article_id)]
    lock_features(db, {*ids, *(i for one in found for i in one.near()), *(i for pair in links for i in pair)})
    if links:
        rows = (pair + links[pair] for pair in sorted(links))
        names = ("article_ids", "neighbour_ids", "scores", "cosines", "hours")
        db.execute(_LINK, arrays(names, rows) | {"rule": RULE})
        db.execute(_TRIM, {"ids": sorted({i for i, _ in links}), "most": settings().neighbours})
    return found


def _scored(one: Arriving, others: Mapping[int, Features], links: dict[tuple[int, int], Alike]) -> Scored:
    """Compare, and add a link each way to `links` for those that are alike enough."""
    if not others:
        return Scored(one, {}, {})
    found = parts([one.features], list(others.values()))
    scores = dict(zip(others, score(found)[0].tolist(), strict=True))
    for place, (other, alike) in enumerate(scores.items()):
        if alike >= settings().min_score:
            hours = float(found.hours[0, place])
            why = (alike, max(float(found.vector[0, place]), 0.0), None if math.isnan(hours) else hours)
            links[one.article_id, other] = links[other, one.article_id] = why
    return Scored(one, others, scores)
