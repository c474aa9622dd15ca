"""Which workers live: each renews a sign of life in the broker; what a dead one had taken goes back to the queues."""

import json
import mmap
import os
import secrets
from collections.abc import Iterable
from typing import Any

from celery.signals import celeryd_init
from celery.worker.consumer.connection import Connection

from config.settings import settings
from workers.app import app
from workers.repeating import Repeating

Message = dict[str, Any]  # as it lies in the queue

WORKERS = "copydesk.workers"  # all that have shown a sign, until their messages are put back
_UNACKED = "unacked"  # kombu's own name, of processes that are no workers, and of workers before there were signs
_worker: str | None = None
_connected = mmap.mmap(-1, 8)  # how often, shared with children


def me() -> str | None:
    """The name of this worker since it last connected, children included; None in a process that is no worker."""
    return f"{_worker}.{int.from_bytes(_connected[:], 'little')}" if _worker else None


def life_seconds() -> float:
    """How long a sign holds: half a sweep, so that a worker's death is never news for longer than two sweeps."""
    return settings().sweep_seconds / 2


@celeryd_init.connect
def _begin(sender: str, **_: Any) -> None:
    global _worker
    _worker = f"{sender}.{os.getpid()}.{secrets.token_hex(4)}"
    _take_another_name()


def _take_another_name() -> None:
    """What is taken from now on is noted apart from what this worker, or any other, had before.

    A worker that loses the broker lets go of all it has: to others it is one that died, and then another. It also
    leaves each worker alone with its own clock: kombu gives back what was taken too long ago, by the clock of whoever
    looks.
    """
    _connected[:] = (int.from_bytes(_connected[:], "little") + 1).to_bytes(8, "little")
    taken = _taken_by(str(me()))
    keys = {"unacked_key": taken, "unacked_index_key": f"{taken}.index", "unacked_mutex_key": f"{taken}.mutex"}
    app.conf.broker_transport_options = {**app.conf.broker_transport_options, **keys}


class SignOfLife(Repeating):
    """Renews this worker's sign while it is connected. One that is stopped, or hangs, counts as dead until it wakes."""

    requires = (Connection,)

    def start(self, consumer: Any) -> None:
        """Show the first sign at once: this worker may take a message next."""
        _renew(consumer.connection)
        self.repeat(consumer, life_seconds() / 6, _renew_if_it_can, consumer)

    def stop(self, consumer: Any) -> None:
        """The connection is lost, or the worker stops in order and gives back what it has taken: the sign runs out."""
        super().stop(consumer)
        _take_another_name()


app.steps["consumer"].add(SignOfLife)


def _renew(connection: Any) -> None:
    """A broker out of memory still lengthens a sign that is there, while it refuses a new one."""
    milliseconds = int(life_seconds() * 1000)
    with connection.default_channel.conn_or_acquire() as client:  # its own client waits for messages
        if not client.pexpire(_sign(me()), milliseconds):
            client.sadd(WORKERS, me())
            client.set(_sign(me()), 1, px=milliseconds)


def _renew_if_it_can(consumer: Any) -> None:
    connection = consumer.connection
    if connection is not None:  # lost, and the consumer is about to make another
        try:
            _renew(connection)
        except (*connection.connection_errors, *connection.channel_errors):
            return  # the consumer meets the same error, and starts anew with a first sign


def dead(others: Iterable[str] = ()) -> list[str]:
    """The workers, and those of `others`, whose sign has run out. A broker that has lost its data knows none."""
    with app.connection_for_write() as connection:
        client = connection.default_channel.client
        known = {_text(name) for name in client.smembers(WORKERS)} | set(others)
        return sorted(name for name in known if not client.exists(_sign(name)))


def put_back(worker: str) -> list[Message]:
    """Put all messages that this worker had taken and not finished back where they are taken next; they are returned.

    One that lives after all loses nothing by it: what it does is void once another has claimed it.
    """
    given = _restore(_taken_by(worker), f"{_taken_by(worker)}.index")
    with app.connection_for_write() as connection:
        connection.default_channel.client.srem(WORKERS, worker)
    return given


def put_all_back() -> None:
    """Put back what all workers had taken. Only while none runs: theirs would be done twice."""
    with app.connection_for_write() as connection:
        known = [_text(name) for name in connection.default_channel.client.smembers(WORKERS)]
    for worker in known:
        put_back(worker)
    _restore(_UNACKED, f"{_UNACKED}_index")


def _restore(taken: str, index: str) -> list[Message]:
    """By their tags, not by the times in the index: those are of the dead worker's clock."""
    options = {"unacked_key": taken, "unacked_index_key": index}
    with app.connection_for_write(transport_options=options) as connection:
        channel = connection.default_channel
        noted = channel.client.hgetall(taken)
        for tag in noted:
            channel.qos.restore_by_tag(_text(tag), channel.client)
    return [json.loads(message)[0] for message in noted.values()]


def _taken_by(worker: str) -> str:
    return f"{_UNACKED}.{worker}"


def _sign(worker: str | None) -> str:
    return f"copydesk.alive.{worker}"


def _text(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else name
