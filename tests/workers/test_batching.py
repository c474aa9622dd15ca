"""Whatever arrives in whatever order at a batcher: nothing is lost, nothing mixed up, and everyone is answered."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from waiting import wait_until

from workers.batching import Batcher, Closed, Miscounted, Overdue, ThreadDied

LONG = 30.0  # seconds; nothing here comes near it
POISON = 13

Batches = list[list[int]]


class Poisoned(Exception):
    """What the network says of a poison item."""


class Network:
    """Doubles numbers; keeps what it was given, may be held up, and refuses poison."""

    def __init__(self) -> None:
        self.batches: Batches = []
        self.entered = threading.Semaphore(0)
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, items: list[int]) -> list[int]:
        self.batches.append(list(items))
        self.entered.release()
        assert self.gate.wait(LONG)
        if POISON in items:
            raise Poisoned
        return [2 * item for item in items]


@pytest.fixture
def network() -> Network:
    return Network()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as threads:
        yield threads


@pytest.fixture
def batcher(network: Network) -> Iterator[Batcher[int, int]]:
    made = Batcher(network, abs, budget=40, bound=6)
    yield made
    network.gate.set()
    made.close()


@pytest.fixture
def held(network: Network, batcher: Batcher[int, int], pool: ThreadPoolExecutor) -> "Future[list[int]]":
    """A first call whose forward pass stands still until `network.gate` is set."""
    network.gate.clear()
    first = pool.submit(batcher.ask, [1], LONG)
    assert network.entered.acquire(timeout=LONG)
    return first


def _waiting(batcher: Batcher[int, int], items: int) -> Callable[[], bool]:
    return lambda: len(batcher._waiting) == items


calls = st.lists(st.lists(st.integers(0, 60), max_size=9), min_size=1, max_size=12)


@hypothesis_settings(max_examples=60, deadline=None)
@given(calls=calls, budget=st.integers(1, 150), bound=st.integers(1, 12))
def test_each_caller_gets_its_own_answers_in_order_and_poison_hurts_only_who_brought_it(
    calls: list[list[int]], budget: int, bound: int
) -> None:
    network = Network()
    batcher = Batcher(network, abs, budget, bound)
    with ThreadPoolExecutor(len(calls)) as pool:
        asked = [pool.submit(batcher.ask, items, LONG) for items in calls]
    for items, future in zip(calls, asked, strict=True):
        if POISON in items:
            assert isinstance(future.exception(), Poisoned)
        else:
            assert future.result() == [2 * item for item in items]
    assert all(len(batch) == 1 or max(batch) * len(batch) <= budget for batch in network.batches)
    assert not batcher._waiting and not batcher._calls
    batcher.close()


@hypothesis_settings(max_examples=40, deadline=None)
@given(calls=calls, deaths=st.sets(st.integers(1, 8)), short=st.booleans())
def test_a_dying_thread_or_a_close_answers_everyone_and_the_rest_are_right(
    calls: list[list[int]], deaths: set[int], short: bool
) -> None:
    network = Network()

    def mortal(items: list[int]) -> list[int]:
        answers = network(items)
        if len(network.batches) in deaths:
            raise SystemExit
        return answers

    batcher = Batcher(mortal, abs, budget=50, bound=5)
    with ThreadPoolExecutor(len(calls)) as pool:
        asked = [pool.submit(batcher.ask, items, LONG) for items in calls]
        if short:
            batcher.close()
    allowed = (ThreadDied, Closed) if short else (ThreadDied,)
    for items, future in zip(calls, asked, strict=True):
        error = future.exception(timeout=0)
        if error is None:
            assert future.result() == [2 * item for item in items]
        else:
            assert isinstance(error, allowed) or (isinstance(error, Poisoned) and POISON in items)
    assert not batcher._waiting and not batcher._calls
    batcher.close()


def test_what_waits_meanwhile_shares_the_next_pass_sorted_by_length(
    batcher: Batcher[int, int], network: Network, pool: ThreadPoolExecutor, held: "Future[list[int]]"
) -> None:
    others = [pool.submit(batcher.ask, items, LONG) for items in ([9, 2], [5])]
    wait_until(_waiting(batcher, 3), "three items wait")
    network.gate.set()
    assert [held.result(LONG), *(other.result(LONG) for other in others)] == [[2], [18, 4], [10]]
    assert network.batches == [[1], [2, 5, 9]]


def test_no_items_are_no_work(batcher: Batcher[int, int], network: Network) -> None:
    assert batcher.ask([], LONG) == []
    assert network.batches == []


def test_more_items_than_may_wait_get_in_as_there_is_room(
    batcher: Batcher[int, int], network: Network, pool: ThreadPoolExecutor, held: "Future[list[int]]"
) -> None:
    many = pool.submit(batcher.ask, list(range(20, 40)), LONG)
    wait_until(_waiting(batcher, 6), "the queue is full")
    network.gate.set()
    assert many.result(LONG) == [2 * item for item in range(20, 40)]


@pytest.mark.parametrize("items", [[2], [2] * 20])
def test_who_waits_too_long_for_an_answer_or_for_room_is_freed_and_leaves_nothing_behind(
    batcher: Batcher[int, int], network: Network, held: "Future[list[int]]", items: list[int]
) -> None:
    with pytest.raises(Overdue):
        batcher.ask(items, 0.01)
    assert not batcher._waiting
    network.gate.set()
    assert held.result(LONG) == [2]
    assert batcher.ask([3], LONG) == [6]
    assert network.batches == [[1], [3]]


def test_a_late_answer_goes_to_nobody(batcher: Batcher[int, int], network: Network, pool: ThreadPoolExecutor) -> None:
    network.gate.clear()
    with pytest.raises(Overdue):
        batcher.ask([4], 0.01)
    network.gate.set()
    assert batcher.ask([5], LONG) == [10]


def test_close_answers_those_in_a_pass_and_those_who_wait(
    batcher: Batcher[int, int], network: Network, pool: ThreadPoolExecutor, held: "Future[list[int]]"
) -> None:
    waiting = [pool.submit(batcher.ask, [2] * n, LONG) for n in (1, 20)]
    wait_until(_waiting(batcher, 6), "the queue is full")
    batcher.close()
    assert all(isinstance(call.exception(LONG), Closed) for call in (held, *waiting))
    with pytest.raises(Closed):
        batcher.ask([1], LONG)


@pytest.mark.parametrize("answers", [[], [1], [1, 2, 3]])
def test_a_wrong_number_of_answers_is_an_error_and_no_mix_up(answers: list[int]) -> None:
    def wrong(items: list[int]) -> Sequence[int]:
        return answers if len(items) == 2 else answers[:1] * 2

    batcher = Batcher(wrong, abs, budget=40, bound=6)
    with pytest.raises(Miscounted):
        batcher.ask([1, 2], LONG)
    batcher.close()


def test_a_batch_too_large_for_the_memory_is_halved_until_it_fits() -> None:
    sizes = []

    def small(items: list[int]) -> list[int]:
        sizes.append(len(items))
        if len(items) > 2:
            raise MemoryError("CUDA out of memory")
        return [2 * item for item in items]

    batcher = Batcher(small, abs, budget=1000, bound=100)
    assert batcher.ask(list(range(1, 9)), LONG) == [2 * item for item in range(1, 9)]
    assert max(sizes) > 2 and sizes[-1] <= 2
    batcher.close()


def test_a_failed_pass_keeps_nothing_of_what_it_had_loaded() -> None:
    class Tensor:
        """What would lie in the memory of a GPU."""

    alive: list[int] = []

    def run(items: list[int]) -> list[int]:
        import gc

        alive.append(sum(isinstance(thing, Tensor) for thing in gc.get_objects()))
        tensor = Tensor()
        if len(items) > 1:
            raise MemoryError(repr(tensor))
        return items

    batcher = Batcher(run, abs, budget=1000, bound=100)
    batcher.ask([1, 2, 3, 4], LONG)
    assert set(alive) == {0}
    batcher.close()
