"""Stories taken from the database, changed in memory, and put back: a handful of statements however many change."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Connection, any_, bindparam, select, text
from sqlalchemy.dialects.postgresql import insert

from models.article import Article
from models.story import Story, StoryEvent
from nlp.pairs import Features
from nlp.stories import MOST_MEMBERS, RULE
from tasks.candidates import COMPARED

_IDS = any_(bindparam("ids", type_=ARRAY(BigInteger)))
_HEADLINES = select(Article.id, Article.title).where(Article.id == _IDS)
_STORIES = select(Story.id, Story.size, Story.first_seen, Story.last_seen, Story.title).where(Story.id == _IDS)
_NEWEST = text(
    f"select m.story_id, m.article_id, m.at, a.title, {', '.join(f'f.{name}' for name in COMPARED)} "  # noqa: S608
    "from unnest(cast(:ids as bigint[])) as s (id) cross join lateral (select story_id, article_id, at "
    "from story_members where story_id = s.id order by at desc, article_id desc limit :most) m "
    "join features f on f.article_id = m.article_id join articles a on a.id = m.article_id"
)
_PLACE = text(
    "insert into story_members (article_id, story_id, at, placed_by) select * from unnest(cast(:articles as bigint[]), "
    "cast(:stories as bigint[]), cast(:ats as timestamptz[]), cast(:stamps as text[])) on conflict (article_id) "
    "do update set story_id = excluded.story_id, at = excluded.at, placed_by = excluded.placed_by"
)
_MOVE = text(
    "update story_members m set story_id = n.story_id from unnest(cast(:articles as bigint[]), "
    "cast(:stories as bigint[])) as n (article_id, story_id) where m.article_id = n.article_id"
)
_CHANGE = text(
    "update stories s set title = n.title, size = n.size, first_seen = n.first_seen, last_seen = n.last_seen, "
    "updated_at = now() from unnest(cast(:ids as bigint[]), cast(:titles as text[]), cast(:sizes as int[]), "
    "cast(:first as timestamptz[]), cast(:last as timestamptz[])) as n (id, title, size, first_seen, last_seen) "
    "where s.id = n.id"
)
_REDIRECT = text(  # what led to a story that is merged leads on, so that no chain grows
    "with n as (select * from unnest(cast(:old as bigint[]), cast(:new as bigint[])) as n (old, new)), moved as "
    "(update story_members m set story_id = n.new from n where m.story_id = n.old) "
    "update stories s set merged_into = n.new, size = case when s.id = n.old then 0 else s.size end, "
    "updated_at = now() from n where s.id = n.old or s.merged_into = n.old"
)


@dataclass
class Told:
    """A story as it is being changed. `members` are its newest ones; it has `size` in all."""

    size: int
    first_seen: datetime
    last_seen: datetime
    title: str = ""
    members: set[int] = field(default_factory=set)


@dataclass
class Shelf:
    """Stories by id, those that are new below 0, and what has become of them since they were taken.

    `moves` counts the articles that went from one story to another, `merged` says where a story without articles went.
    """

    told: dict[int, Told] = field(default_factory=dict)
    story_of: dict[int, int] = field(default_factory=dict)
    features: dict[int, Features] = field(default_factory=dict)
    at: dict[int, datetime] = field(default_factory=dict)
    titles: dict[int, str] = field(default_factory=dict)
    placed: dict[int, str] = field(default_factory=dict)
    moved: set[int] = field(default_factory=set)
    changed: set[int] = field(default_factory=set)
    merged: dict[int, int] = field(default_factory=dict)
    moves: Counter[tuple[int, int]] = field(default_factory=Counter)

    def newest(self, story: int) -> list[int]:
        """The members of a story that are looked at."""
        return sorted(self.told[story].members, key=lambda i: (self.at[i], i))[-MOST_MEMBERS:]

    def end(self, story: int) -> int:
        """Where a story went in the end, or itself."""
        while story in self.merged:
            story = self.merged[story]
        return story


def newest(db: Connection, stories: set[int], articles: Iterable[int]) -> Shelf:
    """These stories with the newest members of each, and the headlines of these articles."""
    shelf = Shelf()
    headlines = db.execute(_HEADLINES, {"ids": list(articles)})
    shelf.titles = {row.id: row.title for row in headlines}
    if not stories:
        return shelf
    for row in db.execute(_STORIES, {"ids": sorted(stories)}):
        shelf.told[row.id] = Told(row.size, row.first_seen, row.last_seen, row.title)
    for story, article, at, title, *compared in db.execute(_NEWEST, {"ids": sorted(stories), "most": MOST_MEMBERS}):
        shelf.told[story].members.add(article)
        shelf.story_of[article] = story
        shelf.at[article], shelf.titles[article] = at, title
        shelf.features[article] = Features(*compared)
    return shelf


def write(db: Connection, shelf: Shelf) -> None:
    """Put back what has changed."""
    ids = _begun(db, shelf)
    if placed := sorted(shelf.placed):
        arrays = {
            "articles": placed,
            "stories": [ids(shelf.story_of[i]) for i in placed],
            "ats": [shelf.at[i] for i in placed],
            "stamps": [shelf.placed[i] for i in placed],
        }
        db.execute(_PLACE, arrays)
    if moved := sorted(shelf.moved - set(shelf.placed)):
        db.execute(_MOVE, {"articles": moved, "stories": [ids(shelf.story_of[i]) for i in moved]})
    if old := sorted(story for story in shelf.merged if story > 0):
        db.execute(_REDIRECT, {"old": old, "new": [ids(shelf.end(story)) for story in old]})
    going_on = sorted(story for story in shelf.changed if story > 0 and story not in shelf.merged)
    _change(db, {story: shelf.told[story] for story in going_on})
    if events := _events(shelf, ids):
        db.execute(insert(StoryEvent), events)


def _begun(db: Connection, shelf: Shelf) -> Callable[[int], int]:
    """Write the stories that are new; gives from an id of the shelf the one that is stored."""
    new = [story for story in sorted(shelf.told, reverse=True) if story < 0 and story not in shelf.merged]
    stored: dict[int, int] = {}
    if new:
        rows = [_columns(shelf.told[story]) for story in new]
        made = db.scalars(insert(Story).returning(Story.id, sort_by_parameter_order=True), rows)
        stored = dict(zip(new, made, strict=True))
    return lambda story: stored.get(story, story)


def _columns(told: Told) -> dict[str, object]:
    return {"title": told.title, "size": told.size, "first_seen": told.first_seen, "last_seen": told.last_seen}


def _change(db: Connection, told: dict[int, Told]) -> None:
    if told:
        stories = told.values()
        arrays = {
            "ids": list(told),
            "titles": [one.title for one in stories],
            "sizes": [one.size for one in stories],
            "first": [one.first_seen for one in stories],
            "last": [one.last_seen for one in stories],
        }
        db.execute(_CHANGE, arrays)


def _events(shelf: Shelf, ids: Callable[[int], int]) -> list[dict[str, object]]:
    """What went where; a story that both began and ended meanwhile is passed over."""
    events = []
    for (old, new), articles in sorted(shelf.moves.items()):
        end = shelf.end(new)
        if old > 0 and old != end:
            kind = "merged" if shelf.merged.get(old) == new else "split" if end < 0 else "moved"
            events.append({"kind": kind, "from_id": old, "to_id": ids(end), "articles": articles, "rule": RULE})
    return events
