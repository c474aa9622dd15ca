"""How much waits in a lane, so that doors can say in time that it is too much. Costs a look at the broker a second."""

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from math import ceil

from config.settings import settings
from models.stage import Lane, Stage
from tasks.errors import Busy
from tasks.queue import BROKER_AWAY, queue_of
from workers.app import app

LOOK_SECONDS = 1.0  # a count is good for so long
ANSWER_SECONDS = 2.0  # for the broker
WINDOW_SECONDS = 60.0  # over which the lane is seen to shrink
ROOM = 0.1  # share of the bound that is to be free when a refused client comes again
SOONEST, LATEST, UNKNOWN = 2, 300, 30  # seconds until then; the last while the lane does not shrink


def admit(lane: Lane) -> None:
    """Raise Busy when so much waits in the lane that nothing should come in (COPYDESK_MAX_BACKLOG).

    A broker that is away counts as empty: articles are stored all the same, and the sweep queues them.
    """
    most = settings().max_backlog
    waiting, shrinking = _LANES[lane].look() if most else (0, 0.0)
    if most and waiting >= most:
        seconds = ceil((waiting - (1 - ROOM) * most) / shrinking) if shrinking > 0 else UNKNOWN
        raise Busy(
            f"{waiting:,} messages wait in the {lane} lane, and {most:,} are allowed (COPYDESK_MAX_BACKLOG).",
            min(max(seconds, SOONEST), LATEST),
        )


@dataclass
class _Counted:
    """The lane's latest counts. One thread looks, the others take the count before."""

    lane: Lane
    counts: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=int(WINDOW_SECONDS)))
    looking: threading.Lock = field(default_factory=threading.Lock)

    def look(self) -> tuple[int, float]:
        """Messages that wait, and by how many a second they have become fewer."""
        now = time.monotonic()
        if (not self.counts or now - self.counts[-1][0] >= LOOK_SECONDS) and self.looking.acquire(blocking=False):
            try:
                self.counts.append((now, _waiting(self.lane)))
            finally:
                self.looking.release()
        counts = list(self.counts)
        if not counts:
            return 0, 0.0
        (last, waiting), (first, before) = counts[-1], next(c for c in counts if c[0] > counts[-1][0] - WINDOW_SECONDS)
        return waiting, (before - waiting) / (last - first) if last > first else 0.0


_LANES = {lane: _Counted(lane) for lane in Lane}


def _waiting(lane: Lane) -> int:
    try:
        with app.connection_for_read(transport_options={"socket_timeout": ANSWER_SECONDS}) as connection:
            connection.ensure_connection(max_retries=1, timeout=ANSWER_SECONDS)
            queues = {queue_of(stage, lane) for stage in Stage}
            return sum(int(connection.default_channel._size(queue)) for queue in queues)
    except BROKER_AWAY:
        return 0
