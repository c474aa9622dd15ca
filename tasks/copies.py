"""Who else published an article: asked when read, over the group that tasks.duplicates keeps.

What is said of a copy is said against the group's first publisher, so that it is the same whatever arrived first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from models.article import Article
from models.duplicate import Duplicate
from nlp.duplicates import Comparison, compare
from nlp.passages import read

NAMED = 3  # names and numbers of each text in a sentence
SHOWN = 20  # copies with their evidence, the earliest first; all are counted
WHY = ("share", "shared_back", "only_here", "only_there", "rule", "sentence")  # of a copy that is its evidence
OWN = 0.5  # of a source's text that the first publisher does not have, from which it counts as a source of its own


@dataclass(frozen=True)
class Copy:
    """Another article with the same text, and what it has in common with the first one published.

    For the first one itself: what the article that is read has in common with it.
    """

    article_id: int
    source: str
    title: str
    url: str | None
    published_at: datetime | None
    share: float  # of its text that is in the first one's (0 to 1)
    shared_back: float  # of the first one's text that is in its
    only_here: tuple[str, ...]  # names and numbers in its text that the first one never has
    only_there: tuple[str, ...]  # and the other way round
    rule: str
    sentence: str


@dataclass(frozen=True)
class Published:
    """All that is known of an article's group. `copies` leaves out the article itself, and what SHOWN has no room for.

    The first publisher has the earliest time of publication; of equal times, and of articles without one, the source
    that comes first in the alphabet, so that the order of arrival has no say. `independent_sources` is an estimate: the
    first publisher, and each other source of which half the text or more (OWN) is not the first publisher's.
    """

    first_id: int
    copies: tuple[Copy, ...]
    articles: int
    sources: int
    independent_sources: int
    sentence: str


def duplicates_of(db: Connection | Session, article_id: int) -> Published | None:
    """The other articles with this one's text, the earliest first; None when there is none. One statement."""
    rows = db.execute(_members(article_id)).all()
    if len(rows) < 2:
        return None
    here = next(row for row in rows if row.id == article_id)
    found = _compared(rows)
    others = [row for row in rows if row.id != article_id]
    copies = tuple(_copy(row, rows[0], found[(here if row is rows[0] else row).text_hash]) for row in others)
    counted = here.articles, here.sources, _independent(rows, found)
    return Published(rows[0].id, copies, *counted, _summed(rows[0], here, *counted))


def also_published_by(db: Connection | Session, article_id: int) -> dict[str, Any] | None:
    """The same, ready for JSON: each copy with its evidence as `why`."""
    found = duplicates_of(db, article_id)
    if found is None:
        return None
    return vars(found) | {"copies": [_with_why(vars(copy)) for copy in found.copies]}


def _with_why(copy: Mapping[str, Any]) -> dict[str, Any]:
    facts = {name: value for name, value in copy.items() if name not in WHY}
    return facts | {"why": {name: copy[name] for name in WHY}}


def _members(article_id: int) -> Select[Any]:
    """The article and the earliest of its group."""
    mine = aliased(Duplicate)
    group = select(mine.group_id).where(mine.article_id == article_id).scalar_subquery()
    order = func.row_number().over(order_by=(Article.published_at.nulls_last(), Article.source, Article.key))
    columns = (Article.id, Article.source, Article.title, Article.url, Article.published_at)
    members = (
        select(*columns, Article.text, Article.text_hash, order.label("place"))
        .join(Duplicate, Duplicate.article_id == Article.id)
        .where(Duplicate.group_id == group, Duplicate.text_hash == Article.text_hash)
        .cte("members")
    )
    counts = select(func.count().label("articles"), func.count(members.c.source.distinct()).label("sources"))
    counted = counts.select_from(members).subquery()
    shown = or_(members.c.place <= SHOWN + 1, members.c.id == article_id)
    mine_is_valid = select(members.c.id).where(members.c.id == article_id).exists()
    both = select(members, counted).join_from(members, counted, true())
    return both.where(shown, mine_is_valid).order_by(members.c.place)


def _compared(rows: Sequence[Row[Any]]) -> dict[bytes, Comparison]:
    """By its hash, each text with that of the first row."""
    first = read(rows[0].text)
    texts = {row.text_hash: row.text for row in rows}
    return {key: compare(first if key == rows[0].text_hash else read(text), first) for key, text in texts.items()}


def _independent(rows: Sequence[Row[Any]], found: Mapping[bytes, Comparison]) -> int:
    own = {row.source for row in rows if found[row.text_hash].share <= 1 - OWN}
    return len(own | {rows[0].source})


def _copy(row: Row[Any], first: Row[Any], found: Comparison) -> Copy:
    facts = (row.id, row.source, row.title, row.url, row.published_at)
    evidence = (round(found.share, 4), round(found.shared_back, 4), found.only_here, found.only_there, found.rule)
    return Copy(*facts, *evidence, _why(row, first, found))


def _why(row: Row[Any], first: Row[Any], found: Comparison) -> str:
    if row is first:
        parts = [f"{found.share:.0%} of this article is in it, which was first"]
    else:
        parts = [f"{found.share:.0%} of it is in the first one, by {first.source or 'an unnamed source'}"]
    parts.append(
        f"which has {1 - found.shared_back:.0%} besides" if found.shared_back < 0.995 else "with nothing left out"
    )
    if found.only_here and found.only_there:
        here, there = (", ".join(facts[:NAMED]) for facts in (found.only_here, found.only_there))
        parts.append(f"one has {here}, the other {there}")
    return "; ".join([", ".join(parts[:2]), *parts[2:]])


def _summed(first: Row[Any], here: Row[Any], articles: int, sources: int, independent: int) -> str:
    who = "this article" if first is here else first.source or "an unnamed source"
    of = f"{articles} articles of {sources} source{'s' * (sources > 1)}"
    return f"{of}, about {independent} of them independent; {who} was first"
