"""What readers get of a thing: its names with their evidence, when and where it is mentioned, and what goes with it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_, select, true
from sqlalchemy.orm import aliased

from models.alias import Distinct, Evidence, Merge
from models.entity import Entity
from nlp.partition import Holds
from tasks.entity_places import newest, places, timeline, together
from tasks.one_thing import Db, is_member, named, root_id, root_of
from tasks.settle import among

MOST_NAMES = 100
MOST_MERGES = 200
SHOWN = 3  # pieces of evidence of a merge: its first
MOST_COUNTED = 1000  # articles of a merge


def entity_view(db: Db, entity_id: int) -> dict[str, Any] | None:
    """Everything the desk knows of the thing that this entity names, ready for JSON; None when there is none.

    `id` is the entity that stands for the thing, `asked` the one asked for: they differ when that was merged into it.
    """
    root = root_of(db, entity_id)
    if root is None:
        return None
    found = places(db, root)
    merges = _merges(db, root)
    facts = _named(db, [root])[0]
    return {
        **facts,
        "asked": entity_id,
        "aliases": _aliases(db, root, merges),
        "other_merges": [merge for merge in merges if merge["holds"] != Holds.EVERYWHERE],
        "not_the_same": _not_the_same(db, root),
        "timeline": timeline(db, found),
        "newest": newest(db, found),
        "together": together(db, root, found),
    }


def entities_named(db: Db, name: str) -> list[dict[str, Any]]:
    """The things that have this name, at most one a type, as id, type and name."""
    return _named(db, named(db, name))


def merge_view(db: Db, merge_id: int) -> dict[str, Any] | None:
    """A merge with its evidence, and as `entities` what its ends are of now; None when there is no such merge."""
    for found in _select_merges(db, Merge.id == merge_id):
        return found | {"entities": things(db, [found["alias"]["id"], found["whole"]["id"]])}
    return None


def things(db: Db, ids: Sequence[int]) -> list[dict[str, Any]]:
    """What these entities are of, as id, type and name; each thing once."""
    return _named(db, list(dict.fromkeys(root for id_ in ids if (root := root_of(db, id_)))))


def unknown(db: Db, *ids: int) -> list[int]:
    """Those of the ids that are no entity's."""
    known = set(db.scalars(select(Entity.id).where(among(Entity.id, ids))))
    return [id_ for id_ in ids if id_ not in known]


def _named(db: Db, ids: list[int]) -> list[dict[str, Any]]:
    rows = db.execute(select(Entity.id, Entity.type, Entity.name).where(among(Entity.id, ids)))
    found = {row.id: dict(row._mapping) for row in rows}
    return [found[id_] for id_ in ids]


def _aliases(db: Db, root: int, merges: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Its other names, each with the merges that speak of it."""
    of: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for merge in merges:
        if merge["holds"] == Holds.EVERYWHERE:
            of[merge["alias"]["id"]].append(merge)
            of[merge["whole"]["id"]].append(merge)
    wanted = select(Entity.id).where(Entity.same_as == root).order_by(Entity.name, Entity.id).limit(MOST_NAMES)
    return [{**name, "merges": of[name["id"]]} for name in _named(db, list(db.scalars(wanted)))]


def _merges(db: Db, root: int) -> list[dict[str, Any]]:
    """All that touch one of its names: those that hold everywhere first."""
    members = select(Entity.id).where(is_member(root))
    return _select_merges(db, or_(Merge.alias_id.in_(members), Merge.whole_id.in_(members)))


def _select_merges(db: Db, which: Any) -> list[dict[str, Any]]:
    alias, whole = aliased(Entity), aliased(Entity)
    counted = select(Evidence.article_id).where(Evidence.merge_id == Merge.id).limit(MOST_COUNTED).correlate(Merge)
    articles = select(func.count()).select_from(counted.subquery()).scalar_subquery().label("articles")
    ends = (alias.id, alias.type, alias.name, whole.id, whole.type, whole.name)
    facts = (Merge.id, Merge.rule, Merge.holds, Merge.created_at, Merge.undone_at, Merge.undone_why, articles)
    rows = db.execute(
        select(*facts, *ends)
        .join(alias, alias.id == Merge.alias_id)
        .join(whole, whole.id == Merge.whole_id)
        .where(which)
        .order_by(Merge.holds != Holds.EVERYWHERE, Merge.undone_at.is_not(None), articles.desc(), Merge.id)
        .limit(MOST_MERGES)
    ).all()
    evidence = _evidence(db, [row[0] for row in rows])
    names = ("id", "rule", "holds", "created_at", "undone_at", "undone_why", "articles")
    end = ("id", "type", "name")
    return [
        dict(zip(names, row[:7], strict=True))
        | {"alias": dict(zip(end, row[7:10], strict=True)), "whole": dict(zip(end, row[10:], strict=True))}
        | {"evidence": evidence.get(row[0], [])}
        for row in rows
    ]


def _evidence(db: Db, merge_ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    """The first pieces of each merge, in order of their articles."""
    first = (
        select(Evidence)
        .where(Evidence.merge_id == Merge.id)
        .order_by(Evidence.article_id)
        .limit(SHOWN)
        .correlate(Merge)
        .lateral()
    )
    rows = db.execute(select(first).select_from(Merge).join(first, true()).where(among(Merge.id, merge_ids)))
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        piece = dict(row._mapping)
        found[piece.pop("merge_id")].append(piece)
    return found


def _not_the_same(db: Db, root: int) -> list[dict[str, Any]]:
    """The things that are marked as not this one."""
    one, other = aliased(Entity), aliased(Entity)
    pairs = select(root_id(one), root_id(other)).join(Distinct, Distinct.one_id == one.id)
    rows = db.execute(
        pairs.join(other, other.id == Distinct.other_id)
        .where(or_(is_member(root, one), is_member(root, other)))
        .limit(MOST_NAMES)
    )
    return _named(db, sorted({id_ for pair in rows for id_ in pair} - {root}))
