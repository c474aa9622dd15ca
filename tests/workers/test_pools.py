"""Which pool an nlp worker gets, and how the threads pool stops."""

from collections.abc import Callable
from dataclasses import replace
from threading import Event, Thread
from typing import Literal

import pytest
from celery.worker import state
from waiting import wait_until

from cli.desk import workers
from config.settings import settings
from workers import threads
from workers.argv import worker_argv
from workers.batching import Batcher, Closed
from workers.pools import choose_pool
from workers.runtime import runtime

LONG = 60.0  # seconds
HUB = ("default", "hub:org/bart", "default")


@pytest.mark.parametrize(
    ("wanted", "device", "engines", "pool"),
    [
        ("auto", "cpu", ("default", "default"), "prefork"),
        ("auto", "cpu", HUB, "prefork"),
        ("auto", "cuda", HUB, "threads"),
        ("auto", "cuda", ("default", "default"), "prefork"),
        ("threads", "cpu", ("default",), "threads"),
        ("prefork", "cuda", HUB, "prefork"),
    ],
)
def test_threads_share_what_runs_on_a_gpu_and_cores_get_a_process_each(
    wanted: Literal["auto", "prefork", "threads"],
    device: Literal["cpu", "cuda"],
    engines: tuple[str, ...],
    pool: str,
) -> None:
    assert choose_pool(wanted, device, engines) == pool


def _option(argv: tuple[str, ...], name: str) -> str:
    return argv[argv.index(name) + 1]


def test_only_the_nlp_worker_gets_threads_and_prefork_bounds_memory(setting: Callable[..., None]) -> None:
    setting(nlp_pool="threads", nlp_threads=5, nlp_processes=3)
    nlp, ingest = (worker_argv(kind, settings()) for kind in ("nlp", "ingest"))
    assert (_option(nlp, "--pool"), _option(nlp, "--concurrency")) == ("threads", "5")
    assert _option(ingest, "--pool") == "prefork"
    setting(nlp_pool="auto")
    nlp = worker_argv("nlp", settings())
    assert (_option(nlp, "--pool"), _option(nlp, "--concurrency")) == ("prefork", "3")
    assert int(_option(nlp, "--max-memory-per-child")) > 0


@pytest.mark.parametrize(
    ("kind", "live_only", "queues"),
    [
        ("ingest", False, "sweep,ingest,ingest.backfill"),
        ("nlp", False, "sweep,nlp,nlp.backfill"),
        ("nlp", True, "sweep,nlp"),
        ("backfill", False, "nlp.backfill,ingest.backfill"),
    ],
)
def test_live_goes_first_and_a_backfill_worker_makes_no_sweep(kind: str, live_only: bool, queues: str) -> None:
    assert _option(worker_argv(kind, settings(), live_only), "--queues") == queues


def test_a_desk_has_a_worker_for_its_backfill_unless_threads_share_the_engines(setting: Callable[..., None]) -> None:
    assert [worker.name for worker in workers()] == ["ingest", "nlp", "backfill", "net"]
    setting(nlp_pool="threads")
    assert [worker.name for worker in workers()] == ["ingest", "nlp", "net"]


@pytest.fixture
def fresh(setting: Callable[..., None], request: pytest.FixtureRequest) -> Callable[..., None]:
    """Settings that the runtime of the test is built from; the next test gets one of its own."""
    request.addfinalizer(runtime.cache_clear)
    runtime.cache_clear()
    return setting


def test_batched_engines_leave_the_lineage_as_it_is(fresh: Callable[..., None]) -> None:
    alone = runtime()
    fresh(nlp_pool="threads", stage_seconds=7)
    runtime.cache_clear()
    shared = runtime()
    assert len(shared.batchers) == 2 and not alone.batchers
    assert shared.summarizer.lineage == alone.summarizer.lineage
    assert (shared.embedder_lineage, shared.tagger_lineage) == (alone.embedder_lineage, alone.tagger_lineage)
    assert shared.tagger.tag(["Angela Merkel spoke."]) == alone.tagger.tag(["Angela Merkel spoke."])


class Stopping:
    """A threads pool asked to stop while its one task waits for a network that stands still."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, cold: bool) -> None:
        self.gate, entered = Event(), Event()

        def network(items: list[int]) -> list[int]:
            entered.set()
            assert self.gate.wait(LONG)
            return items

        batcher = Batcher(network, abs, 10, 10)
        monkeypatch.setattr(threads, "runtime", lambda: replace(runtime(), batchers=(batcher,)))
        monkeypatch.setattr(state, "should_terminate", cold or None)
        self.pool = threads.TaskPool(1)
        self.task = self.pool.executor.submit(batcher.ask, [1], LONG)
        assert entered.wait(LONG)
        self.stop = Thread(target=self.pool.on_stop)
        self.stop.start()


def test_a_cold_stop_does_not_wait_for_a_network_that_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    stopping = Stopping(monkeypatch, cold=True)
    assert isinstance(stopping.task.exception(LONG), Closed)
    stopping.stop.join(LONG)
    assert not stopping.stop.is_alive()
    stopping.gate.set()


def test_a_warm_stop_lets_tasks_finish(monkeypatch: pytest.MonkeyPatch) -> None:
    stopping = Stopping(monkeypatch, cold=False)
    wait_until(lambda: stopping.pool.executor._shutdown, "the pool waits for its threads")
    stopping.gate.set()
    assert stopping.task.result(LONG) == [1]
    stopping.stop.join(LONG)
