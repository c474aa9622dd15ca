"""No more of a backfill is ingested than nlp workers come to: it would take processor time from them, and memory."""

from typing import Any

from celery.worker.consumer.tasks import Tasks

from workers.app import app
from workers.repeating import Repeating

INGEST, NLP = "ingest.backfill", "nlp.backfill"
HIGH, LOW = 100, 50  # messages that wait for nlp: a minute of work for two children, two seconds for sixty
LOOK_SECONDS = 0.5


class Pressure(Repeating):
    """While many messages of a backfill wait for nlp workers, an ingest worker takes live ones only."""

    requires = (Tasks,)

    def include_if(self, consumer: Any) -> bool:
        """In ingest workers. A backfill worker is one for nlp, too, which it does first."""
        taken = consumer.app.amqp.queues.consume_from
        return INGEST in taken and NLP not in taken

    def start(self, consumer: Any) -> None:
        """Begin to look; a worker that has just connected takes both."""
        consumer.add_task_queue(INGEST)
        self.repeat(consumer, LOOK_SECONDS, _look, consumer)


app.steps["consumer"].add(Pressure)


def _look(consumer: Any) -> None:
    connection = consumer.connection
    if connection is None:  # lost, and the consumer is about to make another
        return
    try:
        with connection.default_channel.conn_or_acquire() as client:
            waiting = client.llen(NLP)
    except (*connection.connection_errors, *connection.channel_errors):
        return  # the consumer meets the same error
    taking = consumer.task_consumer.consuming_from(INGEST)
    if taking and waiting > HIGH:
        consumer.cancel_task_queue(INGEST)
    elif not taking and waiting < LOW:
        consumer.add_task_queue(INGEST)
