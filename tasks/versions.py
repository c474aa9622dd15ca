"""The versions of an article, and what changed between two of them, sentence by sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any, Literal

from sqlalchemy import Connection, literal, select
from sqlalchemy.orm import Session

from models.article import Article, Version
from nlp.sentences import split_sentences

MOST_SENTENCES = 1000  # compared of each version: the work grows with their product
AROUND = 1  # unchanged sentences shown beside a change

Kind = Literal["same", "removed", "added"]


@dataclass(frozen=True)
class Part:
    """A run of sentences. Of those that are the same only the ones beside a change are in `text`; `sentences` counts
    all.
    """

    kind: Kind
    sentences: int
    text: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """Between two versions. `is_cut` when one has more than MOST_SENTENCES sentences: the rest is not compared."""

    old: int
    new: int
    old_title: str
    new_title: str
    is_cut: bool
    parts: tuple[Part, ...]


def versions(db: Connection | Session, article_id: int) -> list[dict[str, Any]] | None:
    """The versions, the newest first: number, title, characters, and from when to when it was the one that is read.

    None when there is no such article, or it has not been cleaned yet.
    """
    now = db.execute(_current(article_id)).first()
    if now is None:
        return None
    older = select(Version.version, Version.title, Version.text, Version.replaced_at)
    rows = db.execute(older.where(Version.article_id == article_id).order_by(Version.version)).all()
    began: datetime = now.created_at
    found = []
    for row in [*rows, now]:
        end = row.replaced_at
        found.append(
            {"version": row.version, "title": row.title, "characters": len(row.text), "since": began, "until": end}
        )
        began = end
    return found[::-1]


def difference(db: Connection | Session, article_id: int, old: int, new: int) -> Difference | None:
    """What changed from one version to another, whichever is older. None when one of them is not there."""
    older = select(Version.version, Version.title, Version.text).where(
        Version.article_id == article_id, Version.version.in_((old, new))
    )
    rows = {row.version: row for row in db.execute(older)}
    now = db.execute(_current(article_id)).first()
    if now is not None:
        rows[now.version] = now
    if not {old, new} <= rows.keys():
        return None
    before, after = _sentences(rows[old].text), _sentences(rows[new].text)
    is_cut = max(len(before), len(after)) > MOST_SENTENCES
    parts = tuple(compare(before[:MOST_SENTENCES], after[:MOST_SENTENCES]))
    return Difference(old, new, rows[old].title, rows[new].title, is_cut, parts)


def compare(before: Sequence[str], after: Sequence[str]) -> Iterator[Part]:
    """The runs of sentences that are the same, removed and added, in order; a sentence that was changed is both."""
    # Of long texts, sentences that come again and again are no landmarks, or the time would grow with the third power.
    steps = SequenceMatcher(None, before, after, autojunk=True).get_opcodes()
    for place, (what, a, b, c, d) in enumerate(steps):
        if what == "equal":
            yield Part("same", b - a, _around(before[a:b], first=place == 0, last=place == len(steps) - 1))
            continue
        if b > a:
            yield Part("removed", b - a, tuple(before[a:b]))
        if d > c:
            yield Part("added", d - c, tuple(after[c:d]))


def _around(same: Sequence[str], *, first: bool, last: bool) -> tuple[str, ...]:
    """Its beginning, after a change, and its end, before one."""
    beginning, end = (0 if first else AROUND), (0 if last else AROUND)
    if len(same) <= beginning + end:
        return tuple(same)
    return (*same[:beginning], *same[len(same) - end :])


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


def _current(article_id: int) -> Any:
    columns = (Article.version, Article.title, Article.text, Article.created_at, literal(None).label("replaced_at"))
    return select(*columns).where(Article.id == article_id, Article.text.is_not(None))
