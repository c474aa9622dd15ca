"""Whole articles with all results, in the order of the list, for archives and analyses: JSON Lines or Parquet.

Read in pages, each in a short transaction: an export of a million articles holds no snapshot of the database, and a
bounded number of articles in memory. Articles that arrive meanwhile are left out, as in any list.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import Connection, func, select

from models.article import Article
from models.neighbour import Neighbour
from models.session import transaction
from models.stage import Stage, StageRow
from models.story import StoryMember
from models.summary import Summary
from tasks.listing import Filters, articles, conditions
from tasks.one_thing import things_of_all
from tasks.reading import grouped, is_of_this_text
from tasks.settle import among

Format = Literal["jsonl", "parquet"]
PAGE = 200  # articles read together
MEDIA = {"jsonl": "application/x-ndjson", "parquet": "application/vnd.apache.parquet"}


def records(filters: Filters, page: int = PAGE) -> Iterator[list[dict[str, Any]]]:
    """Pages of records (docs/export.md), the newest article first."""
    before: tuple[datetime, int] | None = None
    while True:
        with transaction() as db:
            listed = articles(db, filters, page, before)
            found = _records(db, listed)
        if found:
            yield found
        if len(listed) < page:
            return
        before = listed[-1]["at"], listed[-1]["id"]


def count(db: Connection, filters: Filters) -> int:
    """How many articles the filters leave, for a progress bar."""
    return db.scalar(select(func.count()).select_from(Article).where(*conditions(db, filters))) or 0


def lines(pages: Iterator[list[dict[str, Any]]]) -> Iterator[bytes]:
    """Each record as JSON on a line of its own."""
    for page in pages:
        yield b"".join(json.dumps(record, ensure_ascii=False, default=_iso).encode() + b"\n" for record in page)


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _records(db: Connection, listed: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    ids = [article["id"] for article in listed]
    texts, summaries, stages = _texts(db, ids), _summaries(db, ids), _stages(db, ids)
    entities, neighbours, stories = _entities(db, ids), _neighbours(db, ids), _stories(db, ids)
    return [
        {
            **article,
            **texts[i],
            "summary": summaries.get(i),
            "entities": entities.get(i, []) if is_of_this_text(texts[i]["version"], stages[i]) else [],
            "neighbours": neighbours[i],
            "story": stories.get(i),
            "stages": stages[i],
        }
        for article in listed
        if (i := article["id"]) in texts
    ]


def _texts(db: Connection, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    columns = (
        Article.version,
        Article.author,
        Article.attribution,
        Article.created_at,
        Article.updated_at,
        Article.text,
    )
    rows = db.execute(select(Article.id, *columns).where(among(Article.id, ids))).mappings()
    return {row["id"]: dict(row) for row in rows}


def _summaries(db: Connection, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    columns = (Summary.version, Summary.kind, Summary.reason, Summary.sentences)
    rows = db.execute(select(Summary.article_id, *columns).where(among(Summary.article_id, ids)))
    return {row[0]: dict(zip(("version", "kind", "reason", "sentences"), row[1:], strict=True)) for row in rows}


def _entities(db: Connection, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    rows = things_of_all(db, ids)
    return {article_id: grouped(of) for article_id, of in groupby(rows, lambda row: row[0])}


def _neighbours(db: Connection, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    columns = (Neighbour.neighbour_id, Neighbour.score, Neighbour.cosine, Neighbour.hours, Neighbour.rule)
    wanted = select(Neighbour.article_id, *columns).where(among(Neighbour.article_id, ids))
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in db.execute(wanted.order_by(Neighbour.score.desc(), Neighbour.neighbour_id)):
        names = ("article_id", "score", "cosine", "hours_apart", "rule")
        found[row[0]].append(dict(zip(names, row[1:], strict=True)))
    return found


def _stories(db: Connection, ids: Sequence[int]) -> dict[int, int]:
    rows = db.execute(select(StoryMember.article_id, StoryMember.story_id).where(among(StoryMember.article_id, ids)))
    return {row[0]: row[1] for row in rows}


def _stages(db: Connection, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    names = ("name", "state", "version", "lineage", "reason", "finished_at")
    rows = db.execute(
        select(StageRow.article_id, *(getattr(StageRow, name) for name in names)).where(among(StageRow.article_id, ids))
    )
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: list(Stage).index(row.name)):
        found[row[0]].append(dict(zip(names, row[1:], strict=True)))
    return found
