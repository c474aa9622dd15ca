"""Webhooks as users see them: who is told of what, how each receiver is, and what could not be delivered."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Select, delete, func, insert, select, update

from models.session import session, statements
from models.webhook import Delivery, Webhook
from nlp.formats.encoding import scrub
from tasks import bounds
from tasks.errors import Unusable
from tasks.receive import check_url
from tasks.webhooks_signing import new_secret

EVENTS = ("article.done", "article.failed", "article.skipped")
MOST = 100  # webhooks of a desk
MOST_SOURCES = 100  # outlets that one is limited to
OVERLAP = timedelta(hours=24)  # in which the old secret signs as well
BY_USER = "turned off by a user"
_SHOWN = (
    *(Webhook.id, Webhook.url, Webhook.events, Webhook.sources, Webhook.active, Webhook.inactive_reason),
    *(Webhook.failures, Webhook.last_status, Webhook.last_error, Webhook.delivered_at, Webhook.created_at),
)
_DELIVERY = (
    *(Delivery.id, Delivery.webhook_id, Delivery.article_id, Delivery.version, Delivery.event, Delivery.message_id),
    *(Delivery.state, Delivery.attempts, Delivery.happened_at, Delivery.next_at, Delivery.last_status),
    *(Delivery.last_error, Delivery.ended_at),
)


@dataclass(frozen=True)
class Wanted:
    """What a user wants of a webhook; of a change, what is None stays."""

    url: str | None = None
    events: Collection[str] | None = None
    sources: Collection[str] | None = None
    active: bool | None = None


def add(url: str, events: Collection[str] = EVENTS, sources: Collection[str] = ()) -> tuple[int, str]:
    """Tell this address of these events from now on; its id and its secret, which is shown this once.

    Raises Unusable, saying why, when it cannot be one.
    """
    secret = new_secret()
    values = _checked(Wanted(url, events, sources)) | {"secret": secret}
    with session() as db:
        if (db.scalar(select(func.count()).select_from(Webhook)) or 0) >= MOST:
            raise Unusable(f"There are {MOST} webhooks already; remove one first.")
        return db.execute(insert(Webhook).values(values).returning(Webhook.id)).scalar_one(), secret


def check_receiver(url: str) -> str:
    """The address as it is stored. Raises Unusable, saying why, when nothing can be sent there."""
    url = scrub(url).strip()
    check_url(url)
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        raise Unusable("Leave user and password out of the address: deliveries are signed instead.")
    return url


def webhooks() -> list[dict[str, Any]]:
    """All webhooks, with how many deliveries of each wait and are dead."""
    with statements() as db:
        return [dict(row._mapping) for row in db.execute(_views().order_by(Webhook.id))]


def webhook(webhook_id: int) -> dict[str, Any] | None:
    """One of them; None when there is no such webhook."""
    with statements() as db:
        row = db.execute(_views().where(Webhook.id == webhook_id)).one_or_none()
    return dict(row._mapping) if row else None


def change(webhook_id: int, wanted: Wanted) -> bool:
    """Change a webhook; false when there is none. One turned on again is told of what happens from then on."""
    values = _checked(wanted)
    if wanted.active is not None:
        values |= {"active": wanted.active, "inactive_reason": None if wanted.active else BY_USER}
    if wanted.active:
        values |= {"active_from": func.now(), "rest_until": func.now(), "failures": 0}
    return _update(webhook_id, values)


def rotate(webhook_id: int) -> str | None:
    """A new secret, shown this once; the old one signs as well for a day. None when there is no such webhook."""
    secret = new_secret()
    old = {"old_secret": Webhook.secret, "old_until": func.now() + OVERLAP}
    return secret if _update(webhook_id, old | {"secret": secret}) else None


def remove(webhook_id: int) -> bool:
    """Tell it nothing more, and forget its deliveries. False when there is no such webhook."""
    with session() as db:
        return bool(db.scalar(delete(Webhook).where(Webhook.id == webhook_id).returning(Webhook.id)))


def deliveries(webhook_id: int, state: str | None = None, before: int | None = None, limit: int = 50) -> list[Any]:
    """Deliveries of a webhook, the latest first, those before the id `before`."""
    wanted = select(*_DELIVERY).where(Delivery.webhook_id == webhook_id).order_by(Delivery.id.desc()).limit(limit)
    if state is not None:
        wanted = wanted.where(Delivery.state == state)
    if before is not None:
        wanted = wanted.where(Delivery.id < before)
    with statements() as db:
        return [dict(row._mapping) for row in db.execute(wanted)]


def replay(webhook_id: int, delivery_id: int | None = None) -> int:
    """Send again all that is dead, or one that has ended; how many. The receiver sees the same message ids as before.

    Raises Unusable when the webhook is not active.
    """
    chosen = [Delivery.state == "dead"] if delivery_id is None else [Delivery.id == delivery_id]
    again = {"state": "waiting", "attempts": 0, "next_at": func.now(), "queued_at": func.now(), "ended_at": None}
    ended = (Delivery.webhook_id == webhook_id, Delivery.state != "waiting", *chosen)
    with session() as db:
        if db.scalar(select(Webhook.active).where(Webhook.id == webhook_id)) is False:
            raise Unusable(f"Webhook {webhook_id} is off; turn it on first.")
        db.execute(update(Webhook).where(Webhook.id == webhook_id).values(rest_until=func.now()))
        return len(db.scalars(update(Delivery).where(*ended).values(again).returning(Delivery.id)).all())


def _checked(wanted: Wanted) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if wanted.url is not None:
        values["url"] = check_receiver(wanted.url)
    if wanted.events is not None:
        values["events"] = _events(wanted.events)
    if wanted.sources is not None:
        if len(wanted.sources) > MOST_SOURCES:
            raise Unusable(f"Give at most {MOST_SOURCES} outlets, or none for all of them.")
        values["sources"] = sorted({bounds.name(scrub(source)) for source in wanted.sources})
    return values


def _events(events: Collection[str]) -> list[str]:
    unknown = sorted(set(events) - set(EVENTS))
    if unknown or not events:
        raise Unusable(f"{unknown[0] if unknown else 'Nothing'} is no event; choose from {', '.join(EVENTS)}.")
    return [event for event in EVENTS if event in events]


def _update(webhook_id: int, values: dict[str, Any]) -> bool:
    with session() as db:
        if not values:
            return db.scalar(select(Webhook.id).where(Webhook.id == webhook_id)) is not None
        changed = update(Webhook).where(Webhook.id == webhook_id).values(values)
        return bool(db.scalar(changed.returning(Webhook.id)))


def _views() -> Select[Any]:
    counts = (
        select(func.count())
        .where(Delivery.webhook_id == Webhook.id, Delivery.state == state)
        .correlate(Webhook)
        .scalar_subquery()
        .label(state)
        for state in ("waiting", "dead")
    )
    columns: list[Any] = [*_SHOWN, *counts]
    return select(*columns)
