"""How engines are used, counted in each worker process and added up in the broker every few seconds.

A pass costs a few microseconds in all, and no round trip; a process that dies takes the last seconds with it.
"""

import logging
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from workers.app import app

KEY = "copydesk.passes"  # a hash in the broker: `engine|measure|bucket` and `engine|measure|sum`
TEXTS = (1, 2, 4, 8, 16, 32, 64, 128)  # most texts of a pass in each bucket but the last
SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
KEPT = 100_000  # passes, while the broker is away
EVERY = 5.0  # seconds between two looks of a process at its counts
BUCKETS: dict[str, tuple[float, ...]] = {"texts": TEXTS, "seconds": SECONDS}

log = logging.getLogger(__name__)

_passes: list[tuple[str, int, float]] = []  # engine, texts, seconds; appending is safe among threads
_next = 0.0


def passed(engine: str, texts: int, seconds: float) -> None:
    """An engine has run its network once, over so many texts at a time."""
    _passes.append((engine, texts, seconds))


def send_counts(at_once: bool = False, **_: Any) -> None:
    """Add what was counted to the broker's figures, unless that was done just now; after a task, never within one.

    While the broker is away, the passes are kept.
    """
    global _next
    if not _passes or (time.monotonic() < _next and not at_once):
        return
    _next = time.monotonic() + EVERY
    taken = _passes[:]
    del _passes[: len(taken)]
    try:
        with app.connection_or_acquire() as connection, connection.default_channel.client.pipeline() as pipeline:
            for name, count in _counted(taken).items():
                pipeline.hincrby(KEY, name, count)
            pipeline.execute()
    except (OperationalError, RedisError, OSError) as error:
        _passes.extend(taken[-KEPT:])
        log.warning("the queue takes no figures of the engines, they are sent later: %s", error)


def _counted(taken: list[tuple[str, int, float]]) -> Counter[str]:
    """By field of the hash, what is to be added."""
    counts: Counter[str] = Counter()
    for engine, texts, seconds in taken:
        counts[f"{engine}|texts|{bisect_left(TEXTS, texts)}"] += 1
        counts[f"{engine}|texts|sum"] += texts
        counts[f"{engine}|seconds|{bisect_left(SECONDS, seconds)}"] += 1
        counts[f"{engine}|seconds|sum"] += round(seconds * 1e6)  # microseconds: the broker adds whole numbers
    return counts


@dataclass
class Passes:
    """Of one engine and measure: how many passes fell into each bucket, the last one open, and the sum."""

    counts: list[int]
    total: float = 0.0


def passes() -> dict[tuple[str, str], Passes]:
    """By engine and measure (`texts`, `seconds`), what all workers have counted. Raises what the broker raises."""
    found: dict[tuple[str, str], Passes] = defaultdict(lambda: Passes([0] * (max(map(len, BUCKETS.values())) + 1)))
    with app.connection_for_read() as connection:
        fields: dict[bytes, bytes] = connection.default_channel.client.hgetall(KEY)
    for field, count in fields.items():
        engine, measure, bucket = field.decode().rsplit("|", 2)
        if bucket == "sum":
            found[engine, measure].total = int(count) / (1e6 if measure == "seconds" else 1)
        else:
            found[engine, measure].counts[int(bucket)] = int(count)
    return dict(found)
