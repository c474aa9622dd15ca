"""The backfill worker: its children have the processor time that all others leave."""

import os
import sys

_behind = False


def step_behind() -> None:
    """Of this process, from now on: run while nobody else wants the core.

    Linux lets whoever wakes have the core at once; elsewhere it is the lowest priority there is. Neither can be taken
    back without privileges, so that one child cannot do both lanes.
    """
    global _behind
    _behind = True
    if sys.platform == "linux":
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    else:
        os.nice(19)


def is_behind() -> bool:
    """Whether this process does nothing but a backfill: it need let nobody pass."""
    return _behind
