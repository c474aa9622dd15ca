"""Deleting articles with all that is made of them, and leaving in order what they were part of."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, select, text
from sqlalchemy.exc import OperationalError

from models.article import Article
from models.session import transaction
from models.stage import StageRow
from models.story import Story, StoryMember
from tasks.aliases import learn
from tasks.likeness import lock_features

BATCH = 100  # articles a transaction
TRIES = 3
DEADLOCK = "40P01"

# A story has no headline of an article that is gone; one without articles stays, since older ids may lead to it.
_RECOUNT = text(
    "update stories s set size = n.size, first_seen = coalesce(n.first, s.first_seen), "
    "last_seen = coalesce(n.last, s.last_seen), updated_at = now(), "
    "title = case when n.size > 0 and s.title <> all(:titles) then s.title else coalesce(n.title, '') end "
    "from (select t.id, count(m.article_id) as size, min(m.at) as first, max(m.at) as last, "
    "(array_agg(a.title order by m.at desc, m.article_id desc))[1] as title from stories t "
    "left join story_members m on m.story_id = t.id left join articles a on a.id = m.article_id "
    "where t.id = any(:ids) group by t.id) n where s.id = n.id"
)


def remove(article_ids: Collection[int]) -> int:
    """Delete these articles: texts, versions, results, links, their place in stories and what they say of names.

    Entities stay: they are of all articles. Gives how many there were. A worker that is at one lets it go.
    """
    ids = sorted(article_ids)
    return sum(_remove(ids[start : start + BATCH]) for start in range(0, len(ids), BATCH))


def _remove(ids: list[int], tries: int = TRIES) -> int:
    try:
        with transaction() as db:
            learn(db, dict.fromkeys(ids, ()))  # apart: it is to be last in its transaction
        with transaction() as db:
            return _delete(db, ids)
    except OperationalError as error:
        if tries == 1 or getattr(error.orig, "sqlstate", None) != DEADLOCK:
            raise
        return _remove(ids, tries - 1)


def _delete(db: Connection, ids: list[int]) -> int:
    """Locks are taken in the order in which workers take them: stages, features, stories."""
    rows = select(StageRow.article_id).where(StageRow.article_id.in_(ids)).order_by(StageRow.article_id, StageRow.name)
    db.execute(rows.with_for_update())
    lock_features(db, set(ids))
    wanted = select(StoryMember.story_id).where(StoryMember.article_id.in_(ids))
    stories = select(Story.id).where(Story.id.in_(wanted)).order_by(Story.id)
    held = list(db.scalars(stories.with_for_update(key_share=True)))
    titles = list(db.scalars(delete(Article).where(Article.id.in_(ids)).returning(Article.title)))
    if held:
        db.execute(_RECOUNT, {"ids": held, "titles": titles})
    return len(titles)


def known(db: Connection, article_ids: Collection[int]) -> set[int]:
    """Those of the ids that are articles."""
    return set(db.scalars(select(Article.id).where(Article.id.in_(article_ids))))
