"""Putting stages on the queue: the row first, then the message with the article's id."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.session import session
from models.stage import Lane, Stage, StageRow, State
from workers.app import app, require_broker

TASK = {
    Stage.INGEST: "article.ingest",
    Stage.SUMMARY: "article.summarize",
    Stage.ENTITIES: "article.tag_entities",
    Stage.NEIGHBOURS: "article.link_neighbours",
}


def enqueue(db: Session, article_ids: Iterable[int], stages: Iterable[Stage], lane: Lane) -> None:
    """Mark stages of articles as queued, in `db`'s transaction. Call `publish` after it has committed."""
    rows = [{"article_id": i, "name": s, "lane": lane} for i in article_ids for s in stages]
    if not rows:
        return
    statement = insert(StageRow).values(rows)
    db.execute(
        statement.on_conflict_do_update(
            index_elements=[StageRow.article_id, StageRow.name],
            set_={
                "state": State.QUEUED,
                "lane": statement.excluded.lane,
                "attempts": 0,
                "reason": None,
                "queued_at": func.now(),
                "started_at": None,
                "finished_at": None,
            },
        )
    )


def queue_of(stage: Stage, lane: Lane) -> str:
    """The queue's name: `ingest` or `nlp`, each with its `.backfill` twin."""
    queue = "ingest" if stage is Stage.INGEST else "nlp"
    return queue if lane is Lane.LIVE else f"{queue}.{lane}"


def publish(article_id: int, stage: Stage, lane: Lane, countdown: float = 0) -> None:
    """Put the id on the stage's queue. Should this get lost, the sweep finds the row still queued."""
    require_broker()
    app.send_task(TASK[stage], (article_id,), queue=queue_of(stage, lane), countdown=countdown or None)


def publish_again(article_ids: Iterable[int]) -> None:
    """Send anew the messages of stages still under way: theirs may be lost, and a second one does no harm."""
    with session() as db:
        open_rows = select(StageRow.article_id, StageRow.name, StageRow.lane).where(
            StageRow.article_id.in_(list(article_ids)), StageRow.state.in_((State.QUEUED, State.RUNNING))
        )
        rows = db.execute(open_rows).all()
    for article_id, name, lane in rows:
        publish(article_id, Stage(name), Lane(lane))


def messages(queue: str) -> int:
    """How many messages wait in the queue."""
    with app.connection_for_read() as connection:
        return int(connection.default_channel._size(queue))
