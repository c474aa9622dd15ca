"""Results of one article, taken for another with the same text."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text, update

from models.article import Article
from models.session import session
from models.stage import Lane, Stage, StageRow, State
from tasks import entities, neighbours, summarize
from tasks.queue import enqueue
from tasks.reading import article_view
from tasks.reuse import _SAME_TEXT, twins
from workers.runtime import runtime

TITLE = "Dockers Walk Out in Hamburg"


@pytest.fixture
def both(put: Callable[..., int]) -> tuple[int, int]:
    """Two articles with the same text and headline, of two sources, all done."""
    return put(TITLE, source="Wire"), put(TITLE, source="Post")


class Refuses:
    """An engine that must not be asked."""

    name, weights, dimensions = "none", "none", 384

    def __getattr__(self, name: str) -> Any:
        pytest.fail(f"the engine was asked to {name}")


def _again(article_id: int, monkeypatch: pytest.MonkeyPatch, **engines: object) -> dict[str, Any]:
    """The article's results made anew, by these engines."""
    loaded = replace(runtime(), **engines)  # type: ignore[arg-type]
    with session() as db:
        enqueue(db, [article_id], [Stage.SUMMARY, Stage.ENTITIES, Stage.NEIGHBOURS], Lane.LIVE)
    for module in (summarize, entities, neighbours):
        monkeypatch.setattr(module, "runtime", lambda: loaded)
    for task in (summarize.summarize, entities.tag_entities, neighbours.link_neighbours):
        task(article_id)
    with session() as db:
        view = article_view(db, article_id)
    assert view is not None and view["state"] == "done", view and view["stages"]
    return {name: view[name] for name in ("summary", "entities", "neighbours")}


def _lineage(article_id: int, stage: Stage) -> str:
    with session() as db:
        wanted = select(StageRow.lineage).where(StageRow.article_id == article_id, StageRow.name == stage)
        return db.scalar(wanted) or ""


def _twins(article_id: int, stage: Stage, lineage: str) -> dict[int, int]:
    with session() as db:
        return twins(db.connection(), [article_id], stage, lineage)


def test_the_same_text_asks_no_engine_again_and_has_the_same_results(
    both: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with session() as db:
        made = article_view(db, both[1])
    assert made is not None and made["entities"]
    found = _again(both[1], monkeypatch, tagger=Refuses(), embedder=Refuses())
    assert found == {name: made[name] for name in found}


def test_an_embedder_is_not_asked_again_for_the_same_article(
    put: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    _again(put(TITLE), monkeypatch, embedder=Refuses())


@pytest.mark.parametrize("stage", [Stage.SUMMARY, Stage.ENTITIES])
def test_where_the_headline_is_read_it_must_be_the_same(put: Callable[..., int], stage: Stage) -> None:
    first, second = put("One Headline", source="Wire"), put("Another One", source="Post")
    found = _twins(second, stage, _lineage(first, stage))
    assert found == ({second: first} if stage is Stage.ENTITIES else {})


def test_a_text_that_differs_in_one_mark_has_other_places(put: Callable[..., int]) -> None:
    first = put(TITLE, source="Wire")
    with session() as db:
        article = db.get(Article, first)
        assert article is not None and article.text is not None
        other = article.text.replace("Hamburg walked", "Hamburg, walked")
    second = put(TITLE, other, source="Post")
    with session() as db:
        assert len(db.scalars(select(Article.text_hash).distinct()).all()) == 1  # or the test shows nothing
    assert _twins(second, Stage.ENTITIES, _lineage(first, Stage.ENTITIES)) == {}


@pytest.mark.parametrize(
    "values", [{"lineage": "another@engine"}, {"state": State.QUEUED}, {"version": 0}, {"state": State.FAILED}]
)
def test_results_of_another_engine_or_version_or_not_done_are_not_taken(
    both: tuple[int, int], values: dict[str, Any]
) -> None:
    lineage = _lineage(both[0], Stage.SUMMARY)
    assert _twins(both[1], Stage.SUMMARY, lineage) == {both[1]: both[0]}
    with session() as db:
        ours = (StageRow.article_id == both[0], StageRow.name == Stage.SUMMARY)
        db.execute(update(StageRow).where(*ours).values(**values))
    assert _twins(both[1], Stage.SUMMARY, lineage) == {}


def test_the_same_text_is_found_by_its_index(both: tuple[int, int]) -> None:
    with session() as db:
        db.connection().exec_driver_sql("set local enable_seqscan = off")
        given = {"ids": [both[0]], "stage": Stage.ENTITIES, "lineages": ["x"]}
        statement = _SAME_TEXT.text
        plan = "\n".join(db.scalars(text("explain " + statement), given))
    assert "ix_articles_text_hash" in plan, plan
