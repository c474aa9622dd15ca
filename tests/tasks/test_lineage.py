"""What is stale after a change, what redoing it costs, and redoing just that while readers keep the old results."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select, text, update

from config.settings import settings
from models.article import Article
from models.lineage import Reported
from models.session import session
from models.stage import RESULTS, Lane, Stage, StageRow, State
from tasks import neighbours
from tasks.announce import announce, report
from tasks.errors import Unusable
from tasks.queue import messages
from tasks.reading import article_view
from tasks.reprocess import Wanted, count, requeue, wanted
from tasks.stale import Stale, stale
from tasks.summarize import lineages_of, summarize
from workers import today
from workers.lineage import INGEST, of_chosen
from workers.runtime import runtime

HUB = "hub:owner/summarizer"


def _stale() -> dict[Stage, Stale]:
    with session() as db:
        return {found.stage: found for found in stale(db)}


def _redo(*stages: Stage, most: int | None = None, **chosen: object) -> int:
    with session() as db:
        found = wanted(db, set(stages or Stage), **chosen)  # type: ignore[arg-type]
    return sum(sum(requeue(one, most)) for one in found)


def _make_old(stage: Stage, *article_ids: int, lineage: str = "old@1") -> None:
    chosen = (StageRow.name == stage, StageRow.article_id.in_(article_ids))
    with session() as db:
        db.execute(update(StageRow).where(*chosen).values(lineage=lineage))


def _view(article_id: int) -> dict[str, object]:
    with session() as db:
        found = article_view(db, article_id)
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def _default_engines() -> Iterator[None]:
    """Loaded once for all, and again after a test in which a worker had others."""
    loaded = runtime()
    yield
    if runtime.cache_info().currsize == 0 or runtime() is not loaded:
        runtime.cache_clear()


@pytest.fixture
def done(desk: Path) -> list[int]:
    """Three articles whose stages say that they were done today, in a message each, in a second."""
    made = {stage: found[0] for stage, found in today.lineages(settings()).items()}
    rows = text(
        "insert into stages (article_id, name, state, lineage, started_at, finished_at) select a.id, s.name, 'done', "
        "s.lineage, now() - make_interval(secs => 10 + a.id), now() - make_interval(secs => 9 + a.id) from articles a "
        "cross join unnest(cast(:names as text[]), cast(:lineages as text[])) as s (name, lineage)"
    )
    with session() as db:
        db.execute(text("insert into articles (key, source) values ('a', 'Ledger'), ('b', 'Post'), ('c', 'Ledger')"))
        db.execute(rows, {"names": list(made), "lineages": list(made.values())})
        return list(db.scalars(select(Article.id).order_by(Article.id)))


@pytest.fixture
def made(put: Callable[..., int]) -> list[int]:
    """Three articles with all their stages done by the real engines."""
    return [put(f"Dockers Walk Out in Hamburg, Day {n}", source=f"Ledger {n % 2}") for n in range(3)]


def test_lineages_known_without_engines_are_those_that_engines_give(desk: Path) -> None:
    loaded = runtime()
    assert today.lineages(settings()) == {
        Stage.INGEST: (INGEST,),
        Stage.SUMMARY: lineages_of(loaded),
        Stage.ENTITIES: (loaded.tagger_lineage,),
        Stage.NEIGHBOURS: (loaded.links_lineage,),
    }


def test_nothing_is_stale_when_nothing_has_changed(done: list[int]) -> None:
    found = _stale()
    assert [(one.done, one.stale, one.redoing, one.cost) for one in found.values()] == [(3, 0, 0, None)] * 4
    assert _redo() == 0


def test_another_setting_makes_just_the_results_stale_that_depend_on_it_and_says_what_redoing_costs(
    done: list[int], setting: Callable[..., None]
) -> None:
    setting(summary_sentences=2)
    found = _stale()
    assert {stage: one.stale for stage, one in found.items()} == dict.fromkeys(Stage, 0) | {Stage.SUMMARY: 3}
    cost = found[Stage.SUMMARY].cost
    assert cost is not None and cost.measured == "work"
    assert (cost.worker_seconds, cost.seconds) == (pytest.approx(3), pytest.approx(3))


def test_only_stale_results_are_queued_again_in_the_backfill_lane_and_never_twice(
    done: list[int], stage: Callable[..., StageRow]
) -> None:
    _make_old(Stage.SUMMARY, *done[:2])
    assert _redo() == 2
    rows = [stage(i, Stage.SUMMARY) for i in done]
    assert [row.state for row in rows] == [State.QUEUED, State.QUEUED, State.DONE]
    assert {row.lane for row in rows[:2]} == {Lane.BACKFILL}
    assert messages("nlp.backfill") == 1  # one message for both
    assert (_stale()[Stage.SUMMARY].stale, _stale()[Stage.SUMMARY].redoing) == (0, 2)
    assert _redo() == 0


def test_interrupted_it_goes_on_with_the_rest(done: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.reprocess.BATCH", 1)
    _make_old(Stage.SUMMARY, *done)
    with session() as db:
        chosen = wanted(db, {Stage.SUMMARY})[0]
        assert count(db, chosen) == 3
    batches = requeue(chosen)
    assert next(batches) == 1
    batches.close()  # as an interrupt does
    assert _redo() == 2


def test_readers_keep_the_old_result_until_the_new_one_is_written(
    made: list[int], setting: Callable[..., None]
) -> None:
    before = [_view(i) for i in made]
    setting(summary_sentences=2)
    _make_old(Stage.INGEST, *made)
    _make_old(Stage.ENTITIES, *made)
    _make_old(Stage.NEIGHBOURS, *made)
    assert _redo(*RESULTS) == 9
    assert _redo(Stage.INGEST) == 3
    results = ("text", "summary", "entities", "neighbours", "story", "also_published_by")
    for i, old in zip(made, before, strict=True):
        assert {name: _view(i)[name] for name in results} == {name: old[name] for name in results}
    runtime.cache_clear()  # as a worker that was started with the new setting
    summarize(*made[:1])
    new, old = (next(row for row in _view(i)["stages"] if row["name"] == Stage.SUMMARY) for i in made[:2])  # type: ignore
    assert (new["state"], new["lineage"]) == (State.DONE, of_chosen(2))
    assert (old["state"], old["lineage"]) == (State.QUEUED, before[1]["stages"][1]["lineage"])  # type: ignore[index]


def test_what_an_ingest_under_way_will_redo_is_not_queued_as_well(done: list[int]) -> None:
    _make_old(Stage.INGEST, *done)
    _make_old(Stage.SUMMARY, *done)
    assert _redo() == 3
    assert (messages("ingest.backfill"), messages("nlp.backfill")) == (1, 0)


def test_a_source_a_lineage_and_a_number_narrow_it(done: list[int]) -> None:
    _make_old(Stage.SUMMARY, done[0], lineage="older@1+aa")
    _make_old(Stage.SUMMARY, *done[1:])
    assert _redo(Stage.SUMMARY, lineage="older@1") == 1
    assert _redo(Stage.SUMMARY, source="Ledger") == 1
    _make_old(Stage.ENTITIES, *done)
    assert _redo(Stage.ENTITIES, most=2) == 2


def test_the_newest_articles_are_redone_first(done: list[int], stage: Callable[..., StageRow]) -> None:
    _make_old(Stage.SUMMARY, *done)
    assert _redo(most=1) == 1
    assert [stage(i, Stage.SUMMARY).state for i in done] == [State.DONE, State.DONE, State.QUEUED]


def test_all_results_made_before_a_moment_can_be_redone_and_those_made_since_are_not(done: list[int]) -> None:
    with session() as db:
        moment = db.execute(text("select clock_timestamp()")).scalar_one()
        db.execute(text("update stages set finished_at = now() + interval '1 hour' where article_id = 1"))
    assert _redo(Stage.SUMMARY, before=moment) == 2


def test_an_engine_of_the_hub_is_known_once_a_worker_has_loaded_it(
    done: list[int], setting: Callable[..., None]
) -> None:
    setting(summary_engine=HUB)
    assert _stale()[Stage.SUMMARY].today == ()
    with pytest.raises(Unusable, match="copydesk worker nlp"):
        _redo(Stage.SUMMARY)
    writer = type("Writer", (), {"name": "summarizer", "weights": "abc"})()
    report(replace(runtime(), writer=writer))
    assert _stale()[Stage.SUMMARY].stale == 3
    assert _redo(Stage.SUMMARY) == 3


def test_workers_that_make_other_results_than_the_settings_say_are_told_of(
    done: list[int], setting: Callable[..., None]
) -> None:
    announce()
    assert all(one.workers_make == () for one in _stale().values())
    setting(summary_sentences=2)
    assert _stale()[Stage.SUMMARY].workers_make == lineages_of(runtime())


STARTED = """
import tasks.announce
from celery.signals import worker_process_init
from workers.process import _prepare
_prepare({"queues": ["%s"]})
worker_process_init.send(sender=None)
"""


@pytest.mark.parametrize(("queue", "said"), [("ingest", set()), ("nlp", set(RESULTS))])
def test_a_child_with_engines_says_what_it_makes_when_it_starts(desk: Path, queue: str, said: set[Stage]) -> None:
    subprocess.run([sys.executable, "-c", STARTED % queue], check=True, capture_output=True, timeout=60)
    with session() as db:
        assert set(db.scalars(select(Reported.stage))) == said


class _Turned:
    """The default embedder under another name, its vectors turned round: alike as before among themselves."""

    name, weights, dimensions = "turned", "1", 384

    def embed(self, texts: list[str]) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
        return runtime().embedder.embed(texts)[:, ::-1].copy()


def test_half_way_through_a_change_of_the_embedder_only_articles_of_one_lineage_are_linked(
    made: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def related() -> list[set[object]]:
        found = [_view(i)["neighbours"] for i in made]
        return [{link["article_id"] for link in links if link["kind"] == "related"} for links in found]  # type: ignore

    assert related() == [{made[1], made[2]}, {made[0], made[2]}, {made[0], made[1]}]
    loaded = replace(runtime(), embedder=_Turned(), embedder_lineage="turned", links_lineage="turned")
    monkeypatch.setattr(neighbours, "runtime", lambda: loaded)
    _make_old(Stage.NEIGHBOURS, *made)
    assert _redo(Stage.NEIGHBOURS) == 3
    neighbours.link_neighbours(made[2])
    assert related() == [{made[1]}, {made[0]}, set()]
    neighbours.link_neighbours(made[1])
    assert related() == [set(), {made[2]}, {made[1]}]
    neighbours.link_neighbours(made[0])
    assert related() == [{made[1], made[2]}, {made[0], made[2]}, {made[0], made[1]}]
    assert len({_view(i)["story"]["id"] for i in made}) == 1  # type: ignore[index]


def test_a_cost_is_measured_by_the_rate_while_results_are_redone(done: list[int]) -> None:
    _make_old(Stage.SUMMARY, *done)
    assert _redo(Stage.SUMMARY, most=1) == 1
    cost = _stale()[Stage.SUMMARY].cost
    assert cost is not None
    assert (cost.measured, cost.seconds) == ("rate", pytest.approx(2 / (2 / 300)))


def test_a_wanted_result_says_so_itself(done: list[int]) -> None:
    _make_old(Stage.SUMMARY, *done)
    with session() as db:
        assert count(db, Wanted(Stage.SUMMARY, ("old@1",))) == 0
