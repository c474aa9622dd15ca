"""Vectors of any width: each width in an index of its own, which searches really use."""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Connection, event, text

from models.neighbour import DIMENSIONS
from models.session import engine, session
from models.stage import Stage, StageRow, State
from tasks import neighbours
from tasks.reading import article_view
from tasks.vectors import index_width
from workers.runtime import runtime

OTHER = 48


@dataclass(frozen=True)
class Embedder:
    """A stand-in of another width: texts that begin alike are alike."""

    dimensions: int
    name: str = "other"
    weights: str = "0123"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, said in zip(rows, texts, strict=True):
            row[ord(said[0]) % self.dimensions] = 1
        return rows


@pytest.fixture
def widths(desk: Path) -> Iterator[None]:
    """Only the default width has an index, before and after."""
    _forget_widths()
    yield
    _forget_widths()


def _forget_widths() -> None:
    index_width.cache_clear()
    with session() as db:
        for name in _indexes() - {f"ix_vectors_vector_{DIMENSIONS}"}:
            db.execute(text(f"drop index {name}"))


def _indexes() -> set[str]:
    with session() as db:
        found = db.scalars(text("select indexname from pg_indexes where tablename = 'vectors' and indexdef ~ 'hnsw'"))
        return set(found)


@pytest.fixture
def embedded_by(monkeypatch: pytest.MonkeyPatch, widths: None) -> Callable[[Embedder], None]:
    """From here on the neighbours task has this embedder."""

    def use(embedder: Embedder) -> None:
        lineage = f"{embedder.name}@{embedder.dimensions}"
        loaded = replace(runtime(), embedder=embedder, embedder_lineage=lineage, links_lineage=lineage)
        monkeypatch.setattr(neighbours, "runtime", lambda: loaded)

    return use


def _related(article_id: int) -> list[int]:
    with session() as db:
        view = article_view(db, article_id)
    assert view is not None
    return [link["article_id"] for link in view["neighbours"] if link["kind"] == "related"]


def test_a_new_width_gets_an_index_and_is_never_compared_with_another(
    put: Callable[..., int], embedded_by: Callable[[Embedder], None]
) -> None:
    put()  # by the default embedder
    embedded_by(Embedder(OTHER))
    second = put("Dock Strike Begins", source="Harbour Post")
    assert _indexes() == {f"ix_vectors_vector_{DIMENSIONS}", f"ix_vectors_vector_{OTHER}"}
    assert _related(second) == []
    third = put("Docks Are Quiet", source="Northern Post")
    assert _related(third) == [second]


def test_an_article_that_changes_width_leaves_the_old_index_and_its_links(
    put: Callable[..., int], embedded_by: Callable[[Embedder], None], stage: Callable[..., StageRow]
) -> None:
    first, second = put(), put("Hamburg Dock Strike Begins", source="Harbour Post")
    assert _related(first) == [second]
    embedded_by(Embedder(OTHER))
    with session() as db:
        stage_row = db.get(StageRow, (second, Stage.NEIGHBOURS))
        assert stage_row is not None
        stage_row.state = State.QUEUED
    neighbours.link_neighbours(second)
    assert (_related(first), _related(second)) == ([], [])


def test_a_width_that_no_index_takes_fails_with_what_to_do(
    put: Callable[..., int], embedded_by: Callable[[Embedder], None], stage: Callable[..., StageRow]
) -> None:
    embedded_by(Embedder(4001))
    row = stage(put(), Stage.NEIGHBOURS)
    assert row.state == State.FAILED
    assert "4,001" in (row.reason or "") and "COPYDESK_EMBEDDING_ENGINE" in (row.reason or "")


@pytest.mark.parametrize("width", [OTHER, 4000])
def test_an_index_of_any_width_can_be_made(widths: None, width: int) -> None:
    index_width(width)
    assert f"ix_vectors_vector_{width}" in _indexes()


def test_processes_that_meet_a_width_at_once_make_one_index(widths: None) -> None:
    together, wrong = threading.Barrier(6), list[BaseException]()

    def make() -> None:
        together.wait(10)
        try:
            index_width.__wrapped__(OTHER)  # as in a process that has not looked yet
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert f"ix_vectors_vector_{OTHER}" in _indexes()


def test_the_index_that_comes_with_the_tables_is_the_one_that_would_be_made(widths: None) -> None:
    def definition() -> str | None:
        with session() as db:
            return db.scalar(text(f"select indexdef from pg_indexes where indexname = '{name}'"))

    name = f"ix_vectors_vector_{DIMENSIONS}"
    migrated = definition()
    with session() as db:
        db.execute(text(f"drop index {name}"))
    index_width(DIMENSIONS)
    assert definition() == migrated


@pytest.mark.parametrize("width", [OTHER, DIMENSIONS])
def test_a_search_scans_the_index_of_its_width(widths: None, width: int) -> None:
    """Exactly the statement of the task, among vectors of two widths and two lineages."""
    index_width(OTHER)
    with session() as db:
        db.execute(text("insert into articles (key) select i::text from generate_series(1, 3000) i"))
        db.execute(
            text(
                "insert into vectors (article_id, lineage, vector) select i, (array['ours', 'theirs'])[1 + i / 2 % 2], "
                "(select array_agg(sin(i * 7 + j * j)) from generate_series(1, (array[:a, :b])[1 + i % 2]) j)"
                "::real[]::halfvec from generate_series(1, 3000) i"
            ),
            {"a": OTHER, "b": DIMENSIONS},
        )
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("analyze vectors"))
    vector = [0.25 * (i % 5) for i in range(width)]
    with session() as db, _explained(db.connection()) as plans:
        found = neighbours._most_alike(db, 1, vector, "ours")
    assert len(found) <= 8
    assert len(plans) == 2
    assert all(f"Index Scan using ix_vectors_vector_{width} on vectors" in plan for plan in plans)
    with session() as db:
        rows = db.execute(text("select distinct lineage, dimensions from vectors")).all()
    assert len(rows) == 4  # or the test shows nothing


@contextmanager
def _explained(connection: Connection) -> Iterator[list[str]]:
    """The plan of each query on vectors that is run meanwhile, and the one for whatever its parameters are."""
    plans: list[str] = []

    def explain(_: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if statement.startswith("SELECT vectors"):
            number = count(1)
            generic = re.sub(r"%\(\w+\)s", lambda _: f"${next(number)}", statement)
            for query, values in (("EXPLAIN " + statement, parameters), ("EXPLAIN (GENERIC_PLAN) " + generic, None)):
                cursor.execute(query, values)
                plans.append("\n".join(row[0] for row in cursor.fetchall()))

    event.listen(connection, "before_cursor_execute", explain)
    yield plans
    event.remove(connection, "before_cursor_execute", explain)
