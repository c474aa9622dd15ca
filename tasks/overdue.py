"""The task that notes why a try has ended that could not be interrupted."""

from sqlalchemy import update

from config.settings import settings
from models.session import session
from models.stage import StageRow, State
from tasks.queue import STAGE
from workers.app import app


@app.task(name="desk.overdue")
def overdue(task: str, article_ids: list[int]) -> None:
    """Give the reason of each of these articles whose stage has not ended, for the case that no later try ends it."""
    reason = f"took longer than {settings().stage_seconds} s, and its process had to be killed"
    if task in STAGE:
        open_ = (StageRow.name == STAGE[task], StageRow.state.in_((State.QUEUED, State.RUNNING)))
        with session() as db:
            db.execute(update(StageRow).where(StageRow.article_id.in_(article_ids), *open_).values(reason=reason))
