"""Sending what waits in the outbox: one sender at a time, each receiver in a thread of its own."""

import time
from collections.abc import Collection
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import func, select, update

from config.settings import settings
from models.session import statements
from models.webhook import Delivery, DeliveryClock, Webhook
from tasks.webhooks_attempt import attempt
from tasks.webhooks_scan import scan
from workers.app import NET_QUEUES, app

QUEUE = NET_QUEUES[0]
THREADS = 16  # receivers at once; a slow one keeps one of these busy, and nobody waiting while others are free
RUN_SECONDS = 20.0  # then the task ends, and the next tick of the clock goes on
TURN_SECONDS = 5.0  # of one receiver, then others that wait for a thread are served
LOOK_SECONDS = 0.5  # between looks for receivers that have become due meanwhile
TOGETHER = 20  # deliveries read at once


@app.task(name="webhooks.deliver")
def deliver() -> None:
    """Write deliveries for what has happened, and send what is due, unless another worker is at it."""
    scan()
    holder = str(uuid4())
    if not _hold(holder):
        return
    try:
        _serve_all(time.monotonic() + RUN_SECONDS)
    finally:
        _let_go(holder)


def _hold(holder: str) -> bool:
    """Become the only sender, for longer than a task may take: should we die, another follows after that."""
    longest = timedelta(seconds=settings().stage_seconds + 60)
    free = update(DeliveryClock).where(DeliveryClock.held_until <= func.now())
    with statements() as db:
        held = free.values(held_by=holder, held_until=func.now() + longest).returning(DeliveryClock.id)
        return db.scalar(held) is not None


def _let_go(holder: str) -> None:
    with statements() as db:
        db.execute(update(DeliveryClock).where(DeliveryClock.held_by == holder).values(held_until=func.now()))


def _serve_all(until: float) -> None:
    serving: dict[Future[None], int] = {}
    with ThreadPoolExecutor(THREADS, thread_name_prefix="webhook") as threads:
        while time.monotonic() < until:
            for webhook_id in _due(serving.values(), THREADS - len(serving)):
                serving[threads.submit(_serve, webhook_id)] = webhook_id
            if not serving:
                return
            ended, _ = wait(serving, LOOK_SECONDS, FIRST_COMPLETED)
            for one in ended:
                del serving[one]
                one.result()  # a database that is away ends the task, which is tried again


def _due(serving: Collection[int], most: int) -> list[int]:
    """Receivers with something due that are not being served, the longest waiting first."""
    wanted = (
        select(Webhook.id)
        .join(Delivery, Delivery.webhook_id == Webhook.id)
        .where(Webhook.active, Webhook.rest_until <= func.now(), Webhook.id.not_in(serving))
        .where(Delivery.state == "waiting", Delivery.next_at <= func.now())
        .group_by(Webhook.id)
        .order_by(func.min(Delivery.next_at))
        .limit(most)
    )
    with statements() as db:
        return list(db.scalars(wanted)) if most else []


def _serve(webhook_id: int) -> None:
    """Send to one receiver, one after the other, until nothing is due, its turn is over, or it needs a rest."""
    until = time.monotonic() + TURN_SECONDS
    waiting = (Delivery.webhook_id == webhook_id, Delivery.state == "waiting", Delivery.next_at <= func.now())
    wanted = select(Delivery.id).where(*waiting).order_by(Delivery.next_at, Delivery.id).limit(TOGETHER)
    while time.monotonic() < until:
        with statements() as db:
            ids = list(db.scalars(wanted))
        if not ids:
            return
        for delivery_id in ids:
            if not attempt(delivery_id) or time.monotonic() >= until:
                return
