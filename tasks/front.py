"""What the front page shows: the latest stories with their sources, names and lead, and the newest articles."""

from typing import Any

from sqlalchemy import Connection, select, text

from models.article import Article
from tasks.headlines import headlines
from tasks.story_views import stories

STORIES = 9
NEWEST = 10
NEWS = 200  # articles, the newest by arrival, of which the names in the news are counted
IN_THE_NEWS = 10
NAMES = 4  # of a story
_FACTS = text(
    """
    select s.id,
      (select count(distinct a.source) from story_members m join articles a on a.id = m.article_id
       where m.story_id = s.id) as sources,
      (select article_id from story_members where story_id = s.id order by at desc, article_id desc limit 1) as newest
    from unnest(cast(:ids as bigint[])) s (id)
    """
)
_NAMES = text(
    """
    select story_id, root.id, root.type, root.name from (
      select m.story_id, coalesce(e.same_as, e.id) as id, row_number() over (
          partition by m.story_id order by count(distinct n.article_id) desc, count(*) desc, coalesce(e.same_as, e.id)
        ) as place
      from unnest(cast(:ids as bigint[])) s (id)
      cross join lateral (select story_id, article_id from story_members where story_id = s.id
                          order by at desc, article_id desc limit 20) m
      join mentions n on n.article_id = m.article_id join entities e on e.id = n.entity_id
      group by m.story_id, coalesce(e.same_as, e.id)) counted
    join entities root on root.id = counted.id
    where place <= :names order by story_id, place
    """
)

_IN_THE_NEWS = text(
    """
    select root.id, root.type, root.name, counted.articles from (
      select coalesce(e.same_as, e.id) as id, count(distinct n.article_id) as articles
      from (select id from articles order by id desc limit :newest) a
      join mentions n on n.article_id = a.id join entities e on e.id = n.entity_id
      group by coalesce(e.same_as, e.id) having count(distinct n.article_id) > 1
      order by articles desc, id limit :most) counted
    join entities root on root.id = counted.id order by counted.articles desc, root.id
    """
)


def latest_stories(db: Connection, most: int = STORIES) -> list[dict[str, Any]]:
    """Stories of two articles or more, the latest first; `names` are those that most of their newest articles have.

    `lead` is the first sentence of the newest article's summary, which `newest` names.
    """
    found = stories(db, most=most)
    return told(db, found)


def told(db: Connection, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """These stories with their sources (how many), names and lead."""
    ids = [story["id"] for story in found]
    facts = {row["id"]: row for row in db.execute(_FACTS, {"ids": ids}).mappings()}
    names: dict[int, list[dict[str, Any]]] = {}
    for row in db.execute(_NAMES, {"ids": ids, "names": NAMES}).mappings():
        names.setdefault(row["story_id"], []).append({"id": row["id"], "type": row["type"], "name": row["name"]})
    leads = {row["id"]: row["lead"] for row in headlines(db, [row["newest"] for row in facts.values()])}
    return [
        {
            **story,
            "sources": facts[story["id"]]["sources"],
            "names": names.get(story["id"], []),
            "newest": facts[story["id"]]["newest"],
            "lead": leads.get(facts[story["id"]]["newest"]),
        }
        for story in found
    ]


def names_in_the_news(db: Connection) -> list[dict[str, Any]]:
    """The things that most of the newest articles mention, with the number of those; only what two of them do."""
    return [dict(row) for row in db.execute(_IN_THE_NEWS, {"newest": NEWS, "most": IN_THE_NEWS}).mappings()]


def newest_articles(db: Connection, most: int = NEWEST) -> list[dict[str, Any]]:
    """The articles that arrived last, whatever became of them."""
    return headlines(db, list(db.scalars(select(Article.id).order_by(Article.id.desc()).limit(most))))
