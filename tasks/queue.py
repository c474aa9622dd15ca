"""Putting stages on the queue: the row first, then the message with the article's id."""

import logging
from collections.abc import Iterable

from kombu.exceptions import OperationalError
from redis.exceptions import RedisError
from sqlalchemy import ARRAY, BigInteger, Connection, any_, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.session import statements
from models.stage import Lane, Stage, StageRow, State
from workers.app import app, require_broker

log = logging.getLogger(__name__)

BROKER_AWAY = (OperationalError, RedisError, OSError)  # not there, out of memory, or cut off
Waiting = tuple[int, Stage, Lane]  # an article, and a stage of it in its lane

TASK = {
    Stage.INGEST: "article.ingest",
    Stage.SUMMARY: "article.summarize",
    Stage.ENTITIES: "article.tag_entities",
    Stage.NEIGHBOURS: "article.link_neighbours",
}


def enqueue(db: Session | Connection, article_ids: Iterable[int], stages: Iterable[Stage], lane: Lane) -> None:
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


def publish(waiting: Iterable[Waiting], countdown: float = 0) -> None:
    """Put the ids on the queues of their stages, to be taken after `countdown` seconds.

    A broker that is away or full loses nothing: the rows say queued, and the sweep sends their messages later.
    """
    require_broker()
    try:
        with app.producer_or_acquire() as producer:
            for article_id, stage, lane in waiting:
                queue = queue_of(stage, lane)
                app.send_task(TASK[stage], (article_id,), queue=queue, countdown=countdown or None, producer=producer)
    except BROKER_AWAY as error:
        log.warning("the queue takes no messages, the sweep will send them: %s", error)


def publish_again(article_ids: Iterable[int]) -> None:
    """Send anew the messages of stages still under way: theirs may be lost, and a second one does no harm."""
    chosen = StageRow.article_id == any_(literal(list(article_ids), ARRAY(BigInteger)))
    under_way = StageRow.state.in_((State.QUEUED, State.RUNNING))
    with statements() as db:
        rows = db.execute(select(StageRow.article_id, StageRow.name, StageRow.lane).where(chosen, under_way)).all()
    publish((article_id, Stage(name), Lane(lane)) for article_id, name, lane in rows)


def messages(queue: str) -> int:
    """How many messages wait in the queue."""
    with app.connection_for_read() as connection:
        return int(connection.default_channel._size(queue))
