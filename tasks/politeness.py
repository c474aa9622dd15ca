"""A polite rate per host, for all processes together: whoever comes too early is told when to come back."""

import random
from datetime import timedelta

from sqlalchemy import Executable, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from models.host import Host
from models.session import statements
from tasks.errors import Later

LONGEST_WAIT = 600.0  # seconds; a message that waits is held by a worker, and the broker gives it that long
_FORGOTTEN = timedelta(days=1)


def take_turn(host: str, gap: float) -> None:
    """Take the right to ask the host once; nobody may for the next `gap` seconds.

    Raises Later, with the time to come back at, when somebody else has asked less than their gap ago. Those who wait
    are told times a gap apart, so that they do not all come back at once.
    """
    if gap <= 0:
        return
    apart = timedelta(seconds=gap)
    ask = insert(Host).values(host=host, free_at=func.now() + apart, line_at=func.now())
    free = ask.on_conflict_do_update(
        index_elements=[Host.host], set_={"free_at": func.now() + apart}, where=Host.free_at <= func.now()
    )
    with statements() as db:
        if db.scalar(free.returning(Host.host)) is None:
            raise Later(host, _wait(float(db.scalar(_line(host, apart)) or gap)))


def _line(host: str, apart: timedelta) -> Executable:
    """Go to the end of the line; gives the seconds until its turn."""
    turn = func.greatest(Host.line_at, Host.free_at)
    longest = func.now() + timedelta(seconds=LONGEST_WAIT)
    move = update(Host).where(Host.host == host).values(line_at=func.least(turn, longest) + apart)
    return move.returning(func.extract("epoch", Host.line_at - apart - func.now()))


def _wait(seconds: float) -> float:
    """A line too long is joined again later, somewhere in its second half."""
    return seconds if seconds < LONGEST_WAIT else random.uniform(LONGEST_WAIT / 2, LONGEST_WAIT)  # noqa: S311 - no secret


def forget_hosts(most: int = 5000) -> None:
    """Drop the hosts that were not asked for a day."""
    old = select(Host.host).where(Host.free_at < func.now() - _FORGOTTEN).limit(most)
    with statements() as db:
        db.execute(delete(Host).where(Host.host.in_(old)))
