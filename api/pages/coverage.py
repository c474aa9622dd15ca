"""How much of the desk is done: of each stage, how many of all articles are in which state."""

import time
from dataclasses import dataclass
from functools import lru_cache

from api.charts import Bar, shares
from models.stage import Stage, State
from tasks.health import articles, progress

SECONDS = 10  # that a count is shown for: it reads all stages, and the front page is asked for often
WORDS = {State.DONE: "done", State.RUNNING: "in work", State.QUEUED: "waiting", State.SKIPPED: "skipped"} | {
    State.FAILED: "failed"
}
NOT_YET = "not reached yet"


@dataclass(frozen=True)
class Covered:
    """One stage: its counts by state in words, those above nothing only, and the bar of them."""

    stage: str
    done: int
    counts: dict[str, int]
    bar: tuple[Bar, ...]


@dataclass(frozen=True)
class Coverage:
    """All stages, of so many articles."""

    articles: int
    stages: tuple[Covered, ...]


def coverage() -> Coverage:
    """As of at most `SECONDS` ago."""
    return _counted(int(time.monotonic() // SECONDS))


@lru_cache(maxsize=1)
def _counted(_: int) -> Coverage:
    total, found = articles(), progress()
    return Coverage(total, tuple(_covered(stage, found.get(stage, {}), total) for stage in Stage))


def _covered(stage: Stage, states: dict[str, int], total: int) -> Covered:
    counts = {word: states.get(state, 0) for state, word in WORDS.items()}
    counts[NOT_YET] = max(total - sum(states.values()), 0)  # or an article came in between the two counts
    counts = {word: count for word, count in counts.items() if count}
    return Covered(stage, states.get(State.DONE, 0), counts, shares(counts, sum(counts.values())))
