"""One try to deliver one event, and what its outcome means for the delivery and for its receiver."""

import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select, update

from config.settings import settings
from models.session import statements, transaction
from models.webhook import Delivery, Webhook
from tasks import http
from tasks.errors import Unreachable, Unusable
from tasks.webhooks_payload import body, payload
from tasks.webhooks_signing import signed

# Seconds after each failed try, about a day in all, each 20% more or less; after the last one it is dead.
PAUSES = (5, 60, 300, 1800, 7200, 21_600, 50_400)
FIRST_REST, LONGEST_REST = 5.0, 600.0  # seconds that a receiver is left alone, doubled with each failure
IN_A_ROW = 3  # refusals of single messages after which a receiver is thought to be in trouble
TEST = "webhook.test"


_WANTED = select(
    *(Delivery.id, Delivery.webhook_id, Delivery.article_id, Delivery.event, Delivery.message_id, Delivery.state),
    *(Delivery.happened_at, Delivery.attempts, Webhook.url, Webhook.secret, Webhook.old_secret, Webhook.old_until),
    *(Webhook.active, Webhook.failures),
).join(Webhook, Webhook.id == Delivery.webhook_id)


@dataclass(frozen=True)
class Outcome:
    """What a receiver said: its status, or why it said nothing."""

    status: int | None
    error: str | None

    @property
    def delivered(self) -> bool:
        return self.error is None


def attempt(delivery_id: int) -> bool:
    """Try to deliver; false when its receiver is to be left alone for a while, or for good."""
    with statements() as db:
        row = db.execute(_WANTED.where(Delivery.id == delivery_id)).one_or_none()
        if row is None or row.state != "waiting" or not row.active:
            return row is None or bool(row.active)
        message = payload(db, row.article_id, row.event, row.happened_at, settings().public_url)
    if message is None:
        return True
    outcome = _sent(row.url, _keys(row), f"msg_{row.message_id}", message)
    with transaction() as db:
        return _write(db, row, outcome)


def try_out(webhook_id: int) -> Outcome | None:
    """Send a test message now; None when there is no such webhook. Nothing is tried again."""
    with statements() as db:
        row = db.execute(select(Webhook).where(Webhook.id == webhook_id)).one_or_none()
    if row is None:
        return None
    now = datetime.now(UTC)
    return _sent(row.url, _keys(row), f"msg_test_{time.time_ns()}", body(TEST, now, {"webhook": webhook_id}))


def _keys(webhook: Any) -> list[str]:
    """The secrets that sign now: after a change the old one, too, so that receivers have time to follow."""
    old = webhook.old_secret and webhook.old_until and webhook.old_until > datetime.now(UTC)
    return [webhook.secret, *([webhook.old_secret] if old else [])]


def _sent(url: str, keys: list[str], message_id: str, message: bytes) -> Outcome:
    private = settings().webhook_private or settings().fetch_private
    headers = signed(keys, message_id, int(time.time()), message) | {"Content-Type": "application/json"}
    try:
        answer = http.post(url, message, http.Limits(settings().webhook_seconds, 0, private), headers)
    except (Unreachable, Unusable) as error:
        return Outcome(None, str(error))
    if 200 <= answer.status < 300:
        return Outcome(answer.status, None)
    return Outcome(answer.status, f"The receiver answered with status {answer.status}.")


def _write(db: Connection, row: Any, outcome: Outcome) -> bool:
    if outcome.delivered:
        _delivery(db, row, state="delivered", ended_at=func.now(), last_status=outcome.status, last_error=None)
        fine = {"failures": 0, "last_error": None, "delivered_at": func.now(), "last_status": outcome.status}
        db.execute(update(Webhook).where(Webhook.id == row.webhook_id).values(fine))
        return True
    if outcome.status == 410:
        _disable(db, row.webhook_id)
        return False
    _delivery(db, row, **_later(row.attempts), last_status=outcome.status, last_error=(outcome.error or "")[:1000])
    return not _rests(db, row, outcome)


def _delivery(db: Connection, row: Any, **values: Any) -> None:
    db.execute(update(Delivery).where(Delivery.id == row.id).values(attempts=Delivery.attempts + 1, **values))


def _later(attempts: int) -> dict[str, Any]:
    if attempts >= len(PAUSES):
        return {"state": "dead", "ended_at": func.now()}
    pause = PAUSES[attempts] * random.uniform(0.8, 1.2)  # noqa: S311 - no secret
    return {"next_at": func.now() + timedelta(seconds=pause)}


def _rests(db: Connection, row: Any, outcome: Outcome) -> bool:
    """Count the failure; leave the receiver alone when it is in trouble, rather than unable to take this message."""
    in_trouble = outcome.status is None or outcome.status in http.IN_TROUBLE or row.failures + 1 >= IN_A_ROW
    rest = min(FIRST_REST * 2.0 ** min(row.failures, 20), LONGEST_REST) if in_trouble else 0.0
    told = {"last_status": outcome.status, "last_error": (outcome.error or "")[:1000]}
    until = func.now() + timedelta(seconds=rest)
    failed = update(Webhook).where(Webhook.id == row.webhook_id)
    db.execute(failed.values(failures=Webhook.failures + 1, rest_until=until, **told))
    return in_trouble


def _disable(db: Connection, webhook_id: int) -> None:
    """The receiver says that it will never be there again (RFC 9110, 15.5.11): nothing is sent to it any more."""
    reason = "The receiver answered 410: it is gone for good."
    off = {"active": False, "inactive_reason": reason, "last_status": 410, "last_error": reason}
    db.execute(update(Webhook).where(Webhook.id == webhook_id).values(off))
    waiting = (Delivery.webhook_id == webhook_id, Delivery.state == "waiting")
    db.execute(update(Delivery).where(*waiting).values(state="dead", ended_at=func.now(), last_error=reason))
