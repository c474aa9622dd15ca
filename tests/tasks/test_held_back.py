"""A backfill whose ingest is held back, while nlp workers have enough of it, is not stuck."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, update

from models.session import session
from models.stage import Lane, Stage, StageRow
from nlp.formats import Document
from tasks.moving import find_stuck
from tasks.queue import publish
from tasks.receive import receive
from workers.pressure import LOW


def test_ingest_that_waits_for_nlp_is_not_stuck(desk: Path, document: Callable[..., Document]) -> None:
    receive([document()], Lane.BACKFILL)
    with session() as db:
        db.execute(update(StageRow).values(queued_at=func.now() - timedelta(hours=9)))
    assert [stuck.kind for stuck in find_stuck()] == ["ingest"]
    publish((10**9 + n, Stage.SUMMARY, Lane.BACKFILL) for n in range(LOW))
    assert find_stuck() == []
