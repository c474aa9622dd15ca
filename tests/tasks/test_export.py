"""Exports: what is in a record, the same in both formats, at any size of pages, and in bounded memory."""

import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from linking import add, event_text, link_all
from marked import tell
from sqlalchemy import insert, update

from models.article import Article
from models.session import session, transaction
from models.stage import Stage, StageRow, State
from models.summary import Summary
from tasks.export import count, lines, records
from tasks.export_parquet import SCHEMA, parquet
from tasks.listing import Filters, articles
from tasks.reading import article_view

ROOT = Path(__file__).parents[2]
DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def stored(desk: Path) -> list[int]:
    """Articles with and without results, the newest first."""
    linked = [add(f"{n}", event_text(0, n), source=f"Paper {n}") for n in range(2)]
    link_all(linked)
    first = tell("The {ORG World Food Programme} ({ORG WFP}) met. The {ORG WFP} left.", published_at=DAY)
    tell("Nothing is known of this one.")
    sentences = [{"start": 0, "end": 3, "text": "The", "score": 0.5}]
    with transaction() as db:
        rows = [{"article_id": first, "name": n, "state": State.DONE, "version": 1, "finished_at": DAY} for n in Stage]
        db.execute(insert(StageRow), [row | {"lineage": "made by hand"} for row in rows])
        db.execute(insert(Summary).values(article_id=first, version=1, sentences=sentences))
        return [article["id"] for article in articles(db, Filters())]


def _all(filters: Filters = Filters(), page: int = 200) -> list[dict[str, Any]]:
    return [record for found in records(filters, page) for record in found]


def test_a_record_has_what_the_article_has(stored: list[int]) -> None:
    found = {record["id"]: record for record in _all()}
    assert list(found) == stored
    for article_id, record in found.items():
        with session() as db:
            view = article_view(db, article_id)
        assert view is not None
        for name in ("title", "source", "state", "text", "version", "summary", "entities", "published_at"):
            assert record[name] == view[name]
        related = [link for link in view["neighbours"] if link["kind"] == "related"]
        assert [(n["article_id"], round(n["score"], 4)) for n in record["neighbours"]] == [
            (link["article_id"], link["score"]) for link in related
        ]
        assert record["story"] == (view["story"] and view["story"]["id"])
        assert [s["lineage"] for s in record["stages"]] == [s["lineage"] for s in view["stages"]]
    assert sum(bool(record["neighbours"]) for record in found.values()) == 2
    assert [e["name"] for record in found.values() for e in record["entities"]] == ["World Food Programme"]


@pytest.mark.parametrize("page", [1, 2, 3, 200])
def test_pages_of_any_size_make_the_same_export(stored: list[int], page: int) -> None:
    assert _all(page=page) == _all()
    assert all(len(found) <= page for found in records(Filters(), page))


def test_an_export_has_the_articles_of_its_filters_and_their_number(stored: list[int]) -> None:
    filters = Filters(source="Paper 1")
    [record] = _all(filters)
    assert record["source"] == "Paper 1"
    with transaction() as db:
        assert (count(db, filters), count(db, Filters())) == (1, len(stored))


def test_places_of_another_version_are_left_out(stored: list[int]) -> None:
    with transaction() as db:
        db.execute(update(Article).values(version=2))
    assert all(record["entities"] == [] for record in _all())


def test_parquet_is_read_back_as_the_lines_are(stored: list[int]) -> None:
    in_lines = [json.loads(line) for line in b"".join(lines(records(Filters()))).splitlines()]
    table = pq.read_table(io.BytesIO(b"".join(parquet(records(Filters(), 2)))))
    assert table.schema.equals(SCHEMA)
    rounded = [_rounded(row) for row in table.to_pylist()]
    assert rounded == [_rounded(row) for row in in_lines]


def _rounded(value: Any) -> Any:
    """Without what the formats write differently: times as text, numbers of four bytes."""
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return round(value, 5) if isinstance(value, float) else value


def test_parquet_comes_a_row_group_a_page_and_not_at_the_end(stored: list[int]) -> None:
    read: list[int] = []

    def pages() -> Any:
        for page in records(Filters(), 1):
            read.append(page[0]["id"])
            yield page

    parts = parquet(pages())
    first = next(parts)
    assert first.startswith(b"PAR1") and read == stored[:1]
    file = pq.ParquetFile(io.BytesIO(first + b"".join(parts)))
    assert file.num_row_groups == len(stored)


def test_nothing_at_all_is_a_file_too(desk: Path) -> None:
    assert pq.read_table(io.BytesIO(b"".join(parquet(records(Filters()))))).num_rows == 0
    assert b"".join(lines(records(Filters()))) == b""


def test_every_field_is_documented() -> None:
    page = (ROOT / "docs" / "export.md").read_text()
    named = {name for row in re.findall(r"^\| ([a-z_, ]+) \|", page, re.MULTILINE) for name in row.split(", ")}
    assert named == set(SCHEMA.names)
    inner = {field.name for column in SCHEMA for field in _fields(column.type)}
    assert {name for name in inner if f"`{name}`" not in page} == set()


def _fields(kind: Any) -> list[Any]:
    import pyarrow.types as types

    if types.is_list(kind):
        return _fields(kind.value_type)
    return [one for field in kind for one in (field, *_fields(field.type))] if types.is_struct(kind) else []
