"""Putting stages on the queue: the row first, then the message with the article's id."""

import json
import logging
from base64 import b64decode
from collections.abc import Iterable
from typing import Any, cast

from kombu.exceptions import OperationalError
from redis.exceptions import RedisError
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    Table,
    Text,
    any_,
    bindparam,
    column,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session

from models.session import statements
from models.stage import Lane, Stage, StageRow, State
from workers.app import NET_QUEUES, SWEEP_QUEUE, app, require_broker
from workers.behind import is_behind

log = logging.getLogger(__name__)

TOGETHER = 32  # articles a message (docs/decisions/0008-batching.md)
FEW = 16  # times as many articles as share a message: shorter lists are shared out in smaller ones
AHEAD = "ahead"  # a header of messages that have not waited for their turn
LOOKED_THROUGH = 1000  # messages
BROKER_AWAY = (OperationalError, RedisError, OSError)  # not there, out of memory, or cut off
Waiting = tuple[int, Stage, Lane]  # an article, and a stage of it in its lane

TASK = {
    Stage.INGEST: "article.ingest",
    Stage.SUMMARY: "article.summarize",
    Stage.ENTITIES: "article.tag_entities",
    Stage.NEIGHBOURS: "article.link_neighbours",
}
STAGE = {name: stage for stage, name in TASK.items()}


def _enqueue() -> Insert:
    ids = func.unnest(bindparam("ids", type_=ARRAY(BigInteger))).table_valued(column("id", BigInteger), name="ids")
    stages = func.unnest(bindparam("stages", type_=ARRAY(Text))).table_valued(column("name", Text), name="stages")
    ids, stages = ids.render_derived(), stages.render_derived()
    rows = select(ids.c.id, stages.c.name, bindparam("lane", type_=Text)).join_from(ids, stages, literal(True))
    statement = insert(cast(Table, StageRow.__table__)).from_select(
        ["article_id", "name", "lane"], rows
    )  # also for an ORM session
    return statement.on_conflict_do_update(
        index_elements=["article_id", "name"],
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


_ENQUEUE = _enqueue()  # built once: building a statement costs as much as running it


def enqueue(db: Session | Connection, article_ids: Iterable[int], stages: Iterable[Stage], lane: Lane) -> None:
    """Mark stages of articles as queued, in `db`'s transaction. Call `publish` after it has committed."""
    given = {"ids": sorted(article_ids), "stages": list(stages), "lane": lane}
    if given["ids"] and given["stages"]:
        db.execute(_ENQUEUE, given)


def queue_of(stage: Stage, lane: Lane) -> str:
    """The queue's name: `ingest` or `nlp`, each with its `.backfill` twin."""
    queue = "ingest" if stage is Stage.INGEST else "nlp"
    return queue if lane is Lane.LIVE else f"{queue}.{lane}"


QUEUES = (SWEEP_QUEUE, *dict.fromkeys(queue_of(stage, lane) for lane in Lane for stage in Stage), *NET_QUEUES)


def together(articles: int) -> int:
    """How many of so many articles share a message: few go one by one, so that all workers have a share of them."""
    return min(TOGETHER, max(1, articles // FEW))


def publish(waiting: Iterable[Waiting], countdown: float = 0, together: int = 1, first: bool = False) -> None:
    """Put the ids on the queues of their stages, up to `together` in a message, to be taken after `countdown` seconds.

    `first` is for what has waited already: it is taken next, in the order given. A broker that is away or full loses
    nothing: the rows say queued, and the sweep sends their messages later.
    """
    require_broker()
    kinds: dict[tuple[Stage, Lane], list[int]] = {}
    for article_id, stage, lane in waiting:
        kinds.setdefault((stage, lane), []).append(article_id)
    try:
        with app.producer_or_acquire() as producer:
            for (stage, lane), ids in kinds.items():
                queue = queue_of(stage, lane)
                messages = [ids[start : start + together] for start in range(0, len(ids), together)]
                options = {"queue": queue, "countdown": countdown or None, "headers": {AHEAD: True} if first else None}
                for some in reversed(messages) if first else messages:
                    app.send_task(TASK[stage], some, producer=producer, **options)
                    if first:
                        _put_first(producer.channel, queue)
    except BROKER_AWAY as error:
        log.warning("the queue takes no messages, the sweep will send them: %s", error)


def _put_first(channel: Any, queue: str) -> None:
    """What has just come into the queue is taken next; should another have come in meanwhile, that one.

    Not by `channel.client`: whoever had this connection before, for a ping, may have left a BRPOP on it.
    """
    with channel.conn_or_acquire() as client:
        client.lmove(queue, queue, "LEFT", "RIGHT")


def publish_again(article_ids: Iterable[int]) -> None:
    """Send anew the messages of stages still under way: theirs may be lost, and a second one does no harm."""
    chosen = StageRow.article_id == any_(literal(list(article_ids), ARRAY(BigInteger)))
    under_way = StageRow.state.in_((State.QUEUED, State.RUNNING))
    with statements() as db:
        rows = db.execute(select(StageRow.article_id, StageRow.name, StageRow.lane).where(chosen, under_way)).all()
    publish((article_id, Stage(name), Lane(lane)) for article_id, name, lane in rows)


def first_waiting(queue: str) -> tuple[Stage | None, list[int]] | None:
    """The stage and articles of the message that is taken next of those that came in their turn; None when none waits.

    No stage if it is not ours, or if more have been put ahead than are looked through.
    """
    with app.connection_for_read() as connection:
        client = connection.default_channel.client
        message = client.lindex(queue, -1)
        if message is None:
            return None
        some = [message] if AHEAD not in _headers(message) else reversed(client.lrange(queue, -LOOKED_THROUGH, -1))
    in_turn = (json.loads(one) for one in some if AHEAD not in _headers(one))
    return next((stage_of(one) for one in in_turn), (None, []))


def _headers(message: bytes) -> dict[str, Any]:
    return dict(json.loads(message).get("headers") or {})


def stage_of(message: dict[str, Any]) -> tuple[Stage | None, list[int]]:
    """The stage that a message asks for, and of which articles; no stage if it is not ours."""
    stage = STAGE.get(message["headers"].get("task", "")) if "headers" in message else None
    return stage, list(json.loads(b64decode(message["body"]))[0]) if stage else []


def messages(queue: str) -> int:
    """How many messages wait in the queue."""
    with app.connection_for_read() as connection:
        return int(connection.default_channel._size(queue))


def live_waits(stage: Stage) -> bool:
    """Whether a live message waits for this worker of this stage."""
    return not is_behind() and bool(_waiting(queue_of(stage, Lane.LIVE)))


def nobody_waits(stage: Stage, lane: Lane) -> bool:
    """Whether no message waits in this lane for workers of this stage."""
    return _waiting(queue_of(stage, lane)) == 0


def _waiting(queue: str) -> int | None:
    """One command, over a connection that stays open. None when the broker is away: nobody can be let pass then."""
    try:
        with app.producer_or_acquire() as producer, producer.channel.conn_or_acquire() as client:
            return int(client.llen(queue))
    except BROKER_AWAY:
        return None
