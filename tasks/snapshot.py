"""The desk at this moment, for those who watch it: stages, rates, queues, workers, failures."""

import time
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models.session import session
from models.stage import Lane, Stage, StageRow, State
from tasks.failures import failures
from tasks.health import health, progress
from tasks.queue import BROKER_AWAY, messages, queue_of
from tasks.rates import WINDOW, history, now, rates

GROUPS = 3  # of failures, the largest
COUNT_SECONDS = 60.0  # between counts of all that is done, which reads the whole table
_OPEN = (State.QUEUED, State.RUNNING, State.FAILED)


class Watcher:
    """Looks at the desk again and again; what is dear to count is counted once a minute."""

    def __init__(self, window: timedelta = WINDOW, bars: int = 30) -> None:
        """`window` is what rates are measured over, in so many bars."""
        self._window, self._bars = window, bars
        self._done: dict[str, int] = {}
        self._counted = float("-inf")

    def look(self) -> dict[str, Any]:
        """Ready for JSON. What is away is named, and the rest is there all the same."""
        found = health()
        view: dict[str, Any] = {"ok": found["ok"], "workers": found["broker"]["workers"]}
        view |= {"missing_workers": found["missing_workers"], "queues": _queues()}
        view["problems"] = [found[part]["problem"] for part in ("database", "broker") if "problem" in found[part]]
        view["oldest_pending_seconds"] = found["database"].get("oldest_pending_seconds")
        try:
            self._count()
            with session() as db:
                view |= {"at": now(db), "stages": self._stages(db), "failures": failures(db, most=GROUPS)}
        except DBAPIError:  # health has said so, or the next look will
            view |= {"at": None, "stages": {}, "failures": []}
        return view

    def _count(self) -> None:
        if time.monotonic() - self._counted > COUNT_SECONDS:
            self._done = {stage: states.get(State.DONE, 0) for stage, states in progress().items()}
            self._counted = time.monotonic()

    def _stages(self, db: Session) -> dict[str, dict[str, Any]]:
        waiting, rate, bars = _open(db), rates(db, self._window), history(db, self._window, self._bars)
        return {
            stage: {state.value: waiting.get((stage, state), 0) for state in _OPEN}
            | {"done": self._done.get(stage, 0), "per_second": round(rate.get(stage, 0.0), 3)}
            | {"history": [round(bar, 3) for bar in bars.get(stage, [0.0] * self._bars)]}
            for stage in Stage
        }


def _open(db: Connection | Session) -> dict[tuple[str, str], int]:
    counted = select(StageRow.name, StageRow.state, func.count()).where(StageRow.state.in_(_OPEN))
    return {(name, state): count for name, state, count in db.execute(counted.group_by(StageRow.name, StageRow.state))}


def _queues() -> dict[str, int]:
    """Messages in each queue of articles; a message holds up to thirty-two. Empty when the broker is away."""
    try:
        return {name: messages(name) for lane in Lane for name in sorted({queue_of(stage, lane) for stage in Stage})}
    except BROKER_AWAY:
        return {}
