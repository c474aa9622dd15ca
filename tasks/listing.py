"""The list of articles, newest first, and the filters that all lists, searches, feeds and exports share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.orm import aliased

from models.alias import Evidence, Merge
from models.article import Article
from models.entity import Entity, Mention
from models.stage import StageRow, State
from models.story import Story, StoryMember
from tasks.one_thing import is_member, meanings, root_of
from tasks.settle import among
from tasks.story_pages import Place, cursor

# Which index is best depends on the filters' values, and a plan for all values, which psycopg leads to, knows none.
PLAN_EACH = text("select set_config('plan_cache_mode', 'force_custom_plan', true)")
AT = func.coalesce(Article.published_at, Article.created_at)  # as the indexes have it
IN_PROGRESS = "in progress"
Overall = Literal["done", "failed", "skipped", "in progress"]


@dataclass(frozen=True)
class Filters:
    """Which articles; what is None does not matter.

    `since` is within, `until` is not. `entity` is any name of a thing, `story` any id that its articles had. `state` is
    as in `tasks.reading.overall`.
    """

    source: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    language: str | None = None
    entity: int | None = None
    story: int | None = None
    state: Overall | None = None


def page(db: Connection, filters: Filters, limit: int = 20, before: Place | None = None) -> dict[str, Any]:
    """Articles, newest first, and as `next` the cursor of those behind them, None at the end.

    Read page by page they are the same ones in the same order whatever the limits.
    """
    found = articles(db, filters, limit + 1, before)
    shown = found[:limit]
    following = cursor(shown[-1]["at"], shown[-1]["id"]) if len(found) > limit else None
    return {"articles": shown, "next": following}


def articles(db: Connection, filters: Filters, limit: int = 20, before: Place | None = None) -> list[dict[str, Any]]:
    """Articles as id, title, source, url, published_at, language, state and at, the newest first by (at, id).

    `at` is when an article was published, or else when it arrived; `before` is (at, id) of the last one seen.
    """
    db.execute(PLAN_EACH)
    wanted = _facts().where(*conditions(db, filters))
    if before is not None:
        wanted = wanted.where(func.row(AT, Article.id) < func.row(*before))
    rows = db.execute(wanted.order_by(AT.desc(), Article.id.desc()).limit(limit))
    return [dict(row) for row in rows.mappings()]


def articles_by_id(db: Connection, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The same of these articles, by id."""
    return {row["id"]: dict(row) for row in db.execute(_facts().where(among(Article.id, ids))).mappings()}


def _facts() -> Select[Any]:
    names = ("id", "title", "source", "url", "published_at", "language")
    return select(*(getattr(Article, name) for name in names), overall_state().label("state"), AT.label("at"))


def overall_state() -> ColumnElement[str]:
    """The state of the article as `tasks.reading.overall` has it, from its stages."""
    state = StageRow.state
    said = case(
        (func.bool_or(state == State.FAILED), State.FAILED.value),
        (func.bool_or(state == State.SKIPPED), State.SKIPPED.value),
        (and_(func.count() > 1, func.bool_and(state == State.DONE)), State.DONE.value),
        else_=IN_PROGRESS,
    )
    return select(said).where(StageRow.article_id == Article.id).correlate(Article).scalar_subquery()


def conditions(db: Connection, filters: Filters) -> list[ColumnElement[bool]]:
    """What an article must be, in words that the indexes understand."""
    asked = filters
    found: list[ColumnElement[bool]] = []
    found += [Article.source == asked.source] if asked.source is not None else []
    found += [asked.since <= AT] if asked.since is not None else []
    found += [asked.until > AT] if asked.until is not None else []
    found += [Article.language == asked.language] if asked.language is not None else []
    found += [_in_story(asked.story)] if asked.story is not None else []
    found += [_names(db, asked.entity)] if asked.entity is not None else []
    found += [_is_in(asked.state)] if asked.state is not None else []
    return found


def _in_story(story_id: int) -> ColumnElement[bool]:
    """Also by an id that has gone into another story."""
    asked = select(func.coalesce(Story.merged_into, Story.id)).where(Story.id == story_id).scalar_subquery()
    return Article.id.in_(select(StoryMember.article_id).where(StoryMember.story_id == asked))


def _names(db: Connection, entity_id: int) -> ColumnElement[bool]:
    """Names the thing that this entity is of: by any of its names, and by one that means it only in that article."""
    root = root_of(db, entity_id)
    if root is None:
        return false()
    meant = meanings(db, root)
    member = aliased(Entity)
    names = db.scalars(select(member.id).where(is_member(root, member)))  # as numbers, since the planner has counts
    own = select(Mention.article_id).where(among(Mention.entity_id, names))
    away = [one.merge_id for one in meant if one.alias_root == root]
    here = [one.merge_id for one in meant if one.whole_root == root]
    if away:
        means_another = (
            select(Evidence.merge_id)
            .join(Merge, Merge.id == Evidence.merge_id)
            .where(
                among(Merge.id, away), Evidence.article_id == Mention.article_id, Merge.alias_id == Mention.entity_id
            )
        )
        own = own.where(~means_another.correlate(Mention).exists())
    if not here:
        return Article.id.in_(own)
    meant_here = (
        select(Evidence.article_id)
        .join(Merge, Merge.id == Evidence.merge_id)
        .join(Mention, and_(Mention.article_id == Evidence.article_id, Mention.entity_id == Merge.alias_id))
        .where(among(Merge.id, here))
    )
    return or_(Article.id.in_(own), Article.id.in_(meant_here))


def _is_in(state: Overall) -> ColumnElement[bool]:
    """Of few states, asked from the index of open or skipped stages; nearly all articles are done, and that is read."""
    if state == "done":
        return overall_state() == State.DONE.value
    if state == "failed":
        return _has(State.FAILED)
    if state == "skipped":
        return and_(_has(State.SKIPPED), ~_has(State.FAILED))
    return and_(_has(State.QUEUED, State.RUNNING), ~_has(State.FAILED), ~_has(State.SKIPPED))


def _has(*states: State) -> ColumnElement[bool]:
    """A stage in one of these states, said as constants: the partial indexes are for them alone."""
    said: list[ColumnElement[str]] = [literal_column(f"'{state.value}'") for state in states]
    row = aliased(StageRow)
    return exists().where(row.article_id == Article.id, row.state.in_(said)).correlate(Article)
