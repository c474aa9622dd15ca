"""A desk at work is upgraded from 0001, and back, without losing what both can hold."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text

from migrations.upgrade import config, migrate
from models.session import engine, session

SENTENCES = '[{"start": 0, "end": 5, "text": "Rain.", "score": 1.0}]'
VECTOR = str([0.5] * 384)


@pytest.fixture
def first_tables(desk: Path) -> Iterator[None]:
    """A database at 0001 with two articles, each with a summary, a vector, and its stages done."""
    migrate("base")
    with engine().connect() as connection:
        command.upgrade(config(connection), "0001")
    _sql(
        "insert into articles (key) values ('one'), ('two')",
        f"insert into summaries (article_id, version, sentences) select id, 1, '{SENTENCES}' from articles",
        f"insert into vectors (article_id, lineage, vector) select id, 'an embedder', '{VECTOR}' from articles",
        "insert into stages (article_id, name, state) select id, unnest(array['summary', 'neighbours']), 'done' "
        "from articles",
    )
    yield
    migrate()


def _sql(*statements: str) -> list[Any]:
    """The rows of the last statement, if it gives some."""
    with session() as db:
        for statement in statements:
            found = db.execute(text(statement))
        return [tuple(row) for row in found] if found.returns_rows else []


def _indexes() -> dict[str, str]:
    return dict(_sql("select indexname, indexdef from pg_indexes where tablename = 'vectors'"))  # type: ignore[arg-type]


def test_an_upgrade_keeps_summaries_and_vectors_and_says_what_they_are(first_tables: None) -> None:
    migrate()
    assert _sql("select kind, reason, sentences->0->>'text' from summaries") == [("extractive", None, "Rain.")] * 2
    assert _sql(f"select lineage, dimensions, vector = '{VECTOR}' from vectors") == [("an embedder", 384, True)] * 2
    assert "hnsw" in _indexes()["ix_vectors_vector_384"]


def test_after_the_upgrade_a_vector_of_another_width_has_a_place(first_tables: None) -> None:
    migrate()
    _sql("update vectors set vector = '[1, 2, 3]' where article_id = 2")
    assert _sql("select dimensions from vectors order by article_id") == [(384,), (3,)]


def test_on_the_way_back_what_0001_cannot_hold_is_queued_again(first_tables: None) -> None:
    migrate()
    _sql(
        "update vectors set vector = '[1, 2, 3]' where article_id = 2",
        "create index ix_vectors_vector_3 on vectors using hnsw ((vector::halfvec(3)) halfvec_cosine_ops) "
        "where dimensions = 3",
        "update summaries set kind = 'abstractive' where article_id = 1",
    )
    migrate("0001")
    assert _sql("select article_id from vectors") == [(1,)]
    assert _sql("select article_id from summaries") == [(2,)]
    queued = "select article_id, name from stages where state = 'queued' order by article_id"
    assert _sql(queued) == [(1, "summary"), (2, "neighbours")]
    assert set(_indexes()) == {"pk_vectors", "ix_vectors_vector"}


def test_links_from_before_likeness_keep_their_cosine_there_and_back(first_tables: None) -> None:
    _sql("insert into neighbours (article_id, neighbour_id, score, rule) values (1, 2, 0.7, 'an embedder')")
    migrate()
    kept = "select score = 0.7::real, cosine = 0.7::real, hours from neighbours"
    assert _sql(kept) == [(True, True, None)]
    _sql("update neighbours set score = 0.4")  # linked again
    migrate("0002")
    assert _sql("select score = 0.7::real from neighbours") == [(True,)]
