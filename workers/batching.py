"""The batcher lets many callers share a forward pass: what waits is sorted by length, packed, run, and answered."""

import logging
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from celery.exceptions import SoftTimeLimitExceeded

from nlp.packing import pack

log = logging.getLogger(__name__)

DRAIN = 4  # budgets taken at once: enough to find items of like length, and few to wait behind

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Overdue(SoftTimeLimitExceeded):  # type: ignore[misc]  # Celery has no types
    """The answer did not come in time. A stage takes it as it takes the soft time limit of the prefork pool."""


class Closed(Exception):
    """The worker stops: the batcher answers no more."""


class ThreadDied(Exception):
    """The batcher's thread ended in the middle of its work. The next call starts another one."""


class Miscounted(Exception):
    """A forward pass gave more or fewer answers than it was given items."""


class _Call(Generic[Answer]):
    """What one caller waits for: it is over when every answer is there, or an error is."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.answers: dict[int, Answer] = {}
        self.error: Exception | None = None
        self.over = threading.Event()

    def answer(self, place: int, answer: Answer) -> None:
        self.answers[place] = answer
        if len(self.answers) == self.size:
            self.over.set()

    def fail(self, error: Exception) -> None:
        self.error = self.error or error
        self.over.set()


class _Waiting(NamedTuple, Generic[Item, Answer]):
    call: _Call[Answer]
    place: int
    item: Item
    cost: int


class Batcher(Generic[Item, Answer]):
    """One thread that calls `run` with items of many callers, in batches whose padded cost fits the budget.

    It blocks for a first item, takes what else waits, and never waits for more: a lone caller loses nothing. At most
    `bound` items wait; who brings more waits for room.
    """

    def __init__(
        self, run: Callable[[list[Item]], Sequence[Answer]], cost: Callable[[Item], int], budget: int, bound: int
    ) -> None:
        self._run = run
        self._cost = cost
        self._budget = budget
        self._bound = bound
        self._lock = threading.Lock()  # guards all below, and the calls
        self._work = threading.Condition(self._lock)
        self._room = threading.Condition(self._lock)
        self._waiting: deque[_Waiting[Item, Answer]] = deque()
        self._calls: set[_Call[Answer]] = set()
        self._thread: threading.Thread | None = None
        self._closed = False

    def ask(self, items: Sequence[Item], timeout: float) -> list[Answer]:
        """The answer to each item, in order.

        Raises what `run` raised for one of these items by itself; Overdue after `timeout` seconds; ThreadDied; Closed.
        """
        if not items:
            return []
        deadline = time.monotonic() + timeout
        call: _Call[Answer] = _Call(len(items))
        waiting = [_Waiting(call, place, item, self._cost(item)) for place, item in enumerate(items)]
        try:
            self._hand_over(call, waiting, deadline)
            call.over.wait(max(0.0, deadline - time.monotonic()))
        finally:
            self._forget(call)
        if call.error is not None:
            raise call.error
        if len(call.answers) < call.size:
            raise Overdue(f"{len(call.answers)} of {call.size} answers after {timeout:g} s")
        return [call.answers[place] for place in range(call.size)]

    def close(self) -> None:
        """Answer everyone who waits with Closed, and whoever asks from now on."""
        with self._lock:
            self._closed = True
            self._end_all(Closed, "the worker stops")

    def _hand_over(self, call: _Call[Answer], waiting: list[_Waiting[Item, Answer]], deadline: float) -> None:
        with self._lock:
            if self._closed:
                raise Closed("the worker stops")
            if self._thread is None:
                thread = threading.Thread(target=self._serve, name="batcher", daemon=True)
                thread.start()  # first: it may be refused
                self._thread = thread
            self._calls.add(call)
            for one in waiting:
                while len(self._waiting) >= self._bound and not call.over.is_set():
                    if not self._room.wait(deadline - time.monotonic()):
                        return
                if call.over.is_set():
                    return
                self._waiting.append(one)
                self._work.notify()

    def _forget(self, call: _Call[Answer]) -> None:
        """Whoever goes without all answers leaves nothing behind in the queue."""
        with self._lock:
            self._calls.discard(call)
            if len(call.answers) < call.size:
                call.over.set()
                self._waiting = deque(one for one in self._waiting if one.call is not call)
                self._room.notify_all()

    def _serve(self) -> None:
        """What the thread does, until closed."""
        try:
            while taken := self._take():
                for batch in pack([one.cost for one in taken], self._budget):
                    self._answer([taken[place] for place in batch])
        except BaseException as error:  # SystemExit, too: someone waits
            log.exception("the batcher's thread died")
            with self._lock:
                self._thread = None
                self._end_all(ThreadDied, f"the batcher's thread died: {error!r}")

    def _take(self) -> list[_Waiting[Item, Answer]]:
        """What waits, up to a few budgets; nothing once closed."""
        taken: list[_Waiting[Item, Answer]] = []
        with self._lock:
            self._work.wait_for(lambda: self._waiting or self._closed)
            cost = 0
            while self._waiting and cost < DRAIN * self._budget:
                taken.append(self._waiting.popleft())
                cost += taken[-1].cost
            self._room.notify_all()
        return taken

    def _answer(self, batch: list[_Waiting[Item, Answer]]) -> None:
        """Run the batch; one that fails is halved, until the error is one item's own or the batch fits the memory."""
        batch = [one for one in batch if not one.call.over.is_set()]  # nobody waits for the others any more
        if not batch:
            return
        answers, error = self._try(batch)
        if error is not None and len(batch) > 1:
            log.warning("a batch of %s failed and is halved: %r", len(batch), error)
            self._answer(batch[: len(batch) // 2])
            self._answer(batch[len(batch) // 2 :])
            return
        with self._lock:
            for one, answer in zip(batch, answers, strict=error is None):
                one.call.answer(one.place, answer)
            if error is not None:
                batch[0].call.fail(error)

    def _try(self, batch: list[_Waiting[Item, Answer]]) -> tuple[Sequence[Answer], Exception | None]:
        """The answers, or the error."""
        try:
            answers = self._run([one.item for one in batch])
            if len(answers) != len(batch):
                raise Miscounted(f"{len(answers)} answers to {len(batch)} items")
        except Exception as error:
            traceback.clear_frames(error.__traceback__)  # they hold what the pass has put into the device's memory
            return (), error
        return answers, None

    def _end_all(self, kind: type[Exception], message: str) -> None:
        """Nobody waits any more. To be called with the lock."""
        for call in self._calls:
            call.fail(kind(message))
        self._waiting.clear()
        self._work.notify_all()
        self._room.notify_all()
