"""Results of one article, copied to another with the same text."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql

from models.article import Article
from models.entity import Mention
from models.neighbour import Vector
from models.session import engine, session, transaction
from models.stage import Stage, StageRow, State
from models.summary import Summary
from tasks.reading import article_view
from tasks.reuse import Gone, _same, copy_results, reusable, same_vector

TITLE = "Dockers Walk Out in Hamburg"


@pytest.fixture
def twins(put: Callable[..., int]) -> tuple[int, int]:
    """Two articles with the same text and headline, of two sources, all done."""
    return put(TITLE, source="Wire"), put(TITLE, source="Post")


def _lineage(db: Connection, article_id: int, stage: Stage) -> str:
    wanted = select(StageRow.lineage).where(StageRow.article_id == article_id, StageRow.name == stage)
    return db.scalar(wanted) or ""


def _undo(article_id: int, stage: Stage) -> None:
    with transaction() as db:
        ours = (StageRow.article_id == article_id, StageRow.name == stage)
        db.execute(update(StageRow).where(*ours).values(state=State.RUNNING))


def _view(article_id: int) -> dict[str, Any]:
    with session() as db:
        view = article_view(db, article_id)
    assert view is not None
    return view


@pytest.mark.parametrize(("stage", "table"), [(Stage.SUMMARY, Summary), (Stage.ENTITIES, Mention)])
def test_what_is_copied_is_what_would_have_been_made(twins: tuple[int, int], stage: Stage, table: Any) -> None:
    first, second = twins
    made = _view(second)
    _undo(second, stage)
    with transaction() as db:
        lineage = _lineage(db, first, stage)
        db.execute(delete(table).where(table.article_id == second))
        assert reusable(db, second, stage, lineage) == first
        copy_results(db, article_id=second, version=1, stage=stage, lineage=lineage)
        copy_results(db, article_id=second, version=1, stage=stage, lineage=lineage)  # again changes nothing
    copied = _view(second)
    assert copied["entities"] == made["entities"] != []
    assert copied["summary"] == made["summary"] is not None


def test_the_vector_of_the_same_text_is_the_one_that_would_be_embedded(twins: tuple[int, int]) -> None:
    with transaction() as db:
        found = same_vector(db, twins[1], _lineage(db, twins[0], Stage.NEIGHBOURS))
        own = db.scalar(select(Vector.vector).where(Vector.article_id == twins[1]))
    assert found is not None and list(found) == list(own or [])


@pytest.mark.parametrize("stage", [Stage.SUMMARY, Stage.NEIGHBOURS])
def test_where_the_headline_is_read_it_must_be_the_same(put: Callable[..., int], stage: Stage) -> None:
    first, second = put("One Headline", source="Wire"), put("Another One", source="Post")
    with transaction() as db:
        assert reusable(db, second, stage, _lineage(db, first, stage)) is None
        assert reusable(db, second, Stage.ENTITIES, _lineage(db, first, Stage.ENTITIES)) == first


def test_a_text_that_differs_in_one_mark_has_other_places(put: Callable[..., int]) -> None:
    first = put(TITLE, source="Wire")
    with session() as db:
        article = db.get(Article, first)
        assert article is not None and article.text is not None
        other = article.text.replace("Hamburg walked", "Hamburg, walked")
    second = put(TITLE, other, source="Post")
    with transaction() as db:
        hashes = db.scalars(select(Article.text_hash).distinct()).all()
        assert len(hashes) == 1  # or the test shows nothing
        assert reusable(db, second, Stage.ENTITIES, _lineage(db, first, Stage.ENTITIES)) is None


@pytest.mark.parametrize(
    "values", [{"lineage": "another@engine"}, {"state": State.QUEUED}, {"version": 0}, {"state": State.FAILED}]
)
def test_results_of_another_engine_or_version_or_not_done_are_not_taken(
    twins: tuple[int, int], values: dict[str, Any]
) -> None:
    with transaction() as db:
        lineage = _lineage(db, twins[0], Stage.SUMMARY)
        ours = (StageRow.article_id == twins[0], StageRow.name == Stage.SUMMARY)
        db.execute(update(StageRow).where(*ours).values(**values))
        assert reusable(db, twins[1], Stage.SUMMARY, lineage) is None
        with pytest.raises(Gone):
            copy_results(db, article_id=twins[1], version=1, stage=Stage.SUMMARY, lineage=lineage)


def test_results_that_are_being_written_are_not_waited_for(twins: tuple[int, int]) -> None:
    first, second = twins
    with engine().connect() as other, other.begin(), transaction() as db:
        lineage = _lineage(db, first, Stage.SUMMARY)
        ours = (StageRow.article_id == first, StageRow.name == Stage.SUMMARY)
        other.execute(update(StageRow).where(*ours).values(reason="being written"))
        with pytest.raises(Gone):
            copy_results(db, article_id=second, version=1, stage=Stage.SUMMARY, lineage=lineage)


def test_the_same_text_is_found_by_its_index(twins: tuple[int, int]) -> None:
    with transaction() as db:
        db.exec_driver_sql("set local enable_seqscan = off")
        query = _same(twins[0], Stage.ENTITIES, "x").compile(
            dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}
        )
        plan = "\n".join(db.exec_driver_sql(f"explain {query}").scalars())
    assert "ix_articles_text_hash" in plan, plan
