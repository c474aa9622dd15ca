"""Stories as they are read: what they are about, who wrote of them when, and what became of old ids."""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, literal_column, or_, select, text

from models.article import Article
from models.features import Features
from models.story import Story, StoryEvent, StoryMember
from nlp.evidence import apart, is_calendar
from nlp.terms import rarity_of, tokens

MOST_ARTICLES = 50  # of a story that are shown, the newest, and from whose names its key entities are taken
MOST_DAYS = 60  # of a timeline, the last ones
MOST_SOURCES = 20
MOST_NAMES = 8
BESIDE = "story time 1"  # the rule of previous and next in a story: raise the number when its links change
_BESIDE = """
    (select '{kind}' as kind, b.article_id, a.title, a.source, a.url, b.at, m.at as here
     from story_members m join story_members b on b.story_id = m.story_id
       and (b.at, b.article_id) {side} (m.at, m.article_id)
     join articles a on a.id = b.article_id
     where m.article_id = :id order by b.at {order}, b.article_id {order} limit 1)
"""
_BOTH = text(
    _BESIDE.format(kind="previous", side="<", order="desc")
    + "union all"
    + _BESIDE.format(kind="next", side=">", order="asc")
)


def story_of(db: Connection, article_id: int) -> int | None:
    """The id of the article's story, None until it has been placed."""
    return db.scalar(select(StoryMember.story_id).where(StoryMember.article_id == article_id))


def story_view(db: Connection, story_id: int) -> dict[str, Any] | None:
    """A story with its newest articles. Asked by an old id, the story that it went into, with the id in `asked`."""
    story = db.execute(select(Story.__table__).where(Story.id == story_id)).first()
    if story is not None and story.merged_into is not None:  # redirects lead on to the end: there is no chain
        story = db.execute(select(Story.__table__).where(Story.id == story.merged_into)).first()
    if story is None:
        return None
    articles = _articles(db, story.id)
    return {
        "id": story.id,
        "asked": story_id,
        "title": story.title,
        "size": story.size,
        "first_seen": story.first_seen,
        "last_seen": story.last_seen,
        "entities": key_entities([row.shown for row in articles]),
        "sources": _sources(db, story.id),
        "timeline": _timeline(db, story.id),
        "articles": [{"id": row.id, "title": row.title, "source": row.source, "at": row.at} for row in articles],
        "history": _history(db, story.id),
    }


def stories(
    db: Connection, least: int = 2, most: int = 20, before: tuple[Any, int] | None = None
) -> list[dict[str, Any]]:
    """Stories of at least so many articles, the latest first; `before` is (last_seen, id) of the last one seen."""
    columns = (Story.id, Story.title, Story.size, Story.first_seen, Story.last_seen)
    wanted = select(*columns).where(Story.merged_into.is_(None), Story.size >= least)
    if before is not None:
        wanted = wanted.where(func.row(Story.last_seen, Story.id) < func.row(*before))
    rows = db.execute(wanted.order_by(Story.last_seen.desc(), Story.id.desc()).limit(most))
    return [dict(row) for row in rows.mappings()]


def story_around(db: Connection, article_id: int) -> dict[str, Any] | None:
    """The article's story in short, and what is before and after it there; None until it has been placed."""
    columns = (Story.id, Story.title, Story.size, Story.first_seen, Story.last_seen)
    wanted = select(*columns).join(StoryMember, StoryMember.story_id == Story.id)
    row = db.execute(wanted.where(StoryMember.article_id == article_id)).first()
    if row is None:
        return None
    beside = {link.pop("kind"): link for link in beside_in_story(db, article_id)}
    return {**row._mapping, "previous": beside.get("previous"), "next": beside.get("next")}


def beside_in_story(db: Connection, article_id: int) -> list[dict[str, Any]]:
    """The article before and the one after in the same story, by time; of equal times the earlier id comes first.

    The time is that of publication, or of arrival where there is none.
    """
    return [_beside(**row) for row in db.execute(_BOTH, {"id": article_id}).mappings()]


def _beside(here: datetime, at: datetime, kind: str, **facts: Any) -> dict[str, Any]:
    hours = abs((at - here).total_seconds()) / 3600
    said = f"{kind} in the story by time; {apart(hours)}"
    why = {"rule": BESIDE, "hours_apart": round(hours, 1), "sentence": said}
    return {"kind": kind, **facts, "at": at, "why": why}


def key_entities(names: list[list[str]]) -> list[dict[str, Any]]:
    """The names that most of these articles have; of as many the rarer first. Parts of a longer one count as it."""
    held: Counter[str] = Counter()
    shown: dict[str, Counter[str]] = {}
    for of_article in names:
        for key, name in {name.lower(): name for name in of_article}.items():
            held[key] += 1
            shown.setdefault(key, Counter())[name] += 1
    ordered = sorted(held, key=lambda key: (-held[key], -_rarity(key), key))
    kept: list[str] = []
    for key in ordered:
        parts = set(key.split())
        if not is_calendar(key) and not any(
            parts <= set(other.split()) or set(other.split()) <= parts for other in kept
        ):
            kept.append(key)
    return [{"name": _form(shown[key]), "articles": held[key]} for key in kept[:MOST_NAMES]]


def _rarity(key: str) -> float:
    return max((rarity_of(token.key) for token in tokens(key)), default=0)


def _form(forms: Counter[str]) -> str:
    return min(forms, key=lambda form: (-forms[form], form))


def _articles(db: Connection, story_id: int) -> list[Any]:
    rows = (
        select(Article.id, Article.title, Article.source, StoryMember.at, Features.shown)
        .join(Article, Article.id == StoryMember.article_id)
        .join(Features, Features.article_id == StoryMember.article_id)
        .where(StoryMember.story_id == story_id)
        .order_by(StoryMember.at.desc(), StoryMember.article_id.desc())
        .limit(MOST_ARTICLES)
    )
    return list(db.execute(rows))


def _sources(db: Connection, story_id: int) -> list[dict[str, Any]]:
    rows = (
        select(Article.source, func.count().label("articles"))
        .join(StoryMember, StoryMember.article_id == Article.id)
        .where(StoryMember.story_id == story_id)
        .group_by(Article.source)
        .order_by(func.count().desc(), Article.source)
        .limit(MOST_SOURCES)
    )
    return [dict(row) for row in db.execute(rows).mappings()]


def _timeline(db: Connection, story_id: int) -> list[dict[str, Any]]:
    """Articles a day (UTC), the last days that have some, in their order."""
    day = func.date(func.timezone("UTC", StoryMember.at)).label("day")
    rows = (
        select(day, func.count().label("articles"))
        .where(StoryMember.story_id == story_id)
        .group_by(literal_column("day"))
        .order_by(literal_column("day").desc())
        .limit(MOST_DAYS)
    )
    return [dict(row) for row in db.execute(rows).mappings()][::-1]


def _history(db: Connection, story_id: int) -> list[dict[str, Any]]:
    columns = (
        StoryEvent.kind,
        StoryEvent.from_id,
        StoryEvent.to_id,
        StoryEvent.articles,
        StoryEvent.at,
        StoryEvent.rule,
    )
    rows = (
        select(*columns)
        .where(or_(StoryEvent.from_id == story_id, StoryEvent.to_id == story_id))
        .order_by(StoryEvent.id.desc())
        .limit(MOST_ARTICLES)
    )
    return [dict(row) for row in db.execute(rows).mappings()]
