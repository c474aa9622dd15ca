"""A worker whose clock is an hour ahead, or as many seconds as SKEW says: `-A skewed`."""

import datetime
import os
import sys
import time
from typing import Any

SKEW = float(os.environ["SKEW"])
_time, _datetime = time.time, datetime.datetime


def _ahead() -> float:
    return _time() + SKEW


class _Ahead(_datetime):
    @classmethod
    def now(cls, tz: Any = None) -> _datetime:  # type: ignore[override]
        return _datetime.now(tz) + datetime.timedelta(seconds=SKEW)


time.time = _ahead
from faulty import app  # noqa: E402 - under the other clock

__all__ = ["app"]

app.loader.import_default_modules()
for name, module in list(sys.modules.items()):  # whoever has imported the clocks by name
    if name.partition(".")[0] in ("celery", "kombu", "billiard", "tasks", "workers"):
        for clock, real, other in (("time", _time, _ahead), ("datetime", _datetime, _Ahead)):
            if vars(module).get(clock) is real:
                setattr(module, clock, other)
