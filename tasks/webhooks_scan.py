"""Finding events: the stages that ended since the last look become deliveries. The hot path knows nothing of it."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config.settings import settings
from models.session import session
from models.webhook import Delivery, DeliveryClock, Webhook

OVERLAP = timedelta(seconds=15)  # what ended is seen when its transaction commits, mostly at once
LATE = timedelta(minutes=5)  # and at the latest
SWEEP = timedelta(seconds=60)  # between looks with room for late ones, which cost more
OLDEST = timedelta(hours=26)  # by then the last try is over
MOST_DROPPED = 5000  # a sweep

# An article is done, failed or skipped as tasks.reading.overall has it; one event of a kind for each version.
_EVENTS = text("""
    insert into deliveries (webhook_id, article_id, version, event, happened_at)
    select webhooks.id, articles.id, articles.version, ended.event, ended.at
    from (
        select article_id, max(finished_at) as at,
            case when bool_or(state = 'failed') then 'article.failed'
                 when bool_or(state = 'skipped') then 'article.skipped'
                 when count(*) > 1 and bool_and(state = 'done') then 'article.done' end as event
        from stages where article_id in (select article_id from stages where finished_at > :since)
        group by article_id
    ) as ended
    join articles on articles.id = ended.article_id
    join webhooks on webhooks.active and ended.event = any(webhooks.events) and ended.at >= webhooks.active_from
        and (cardinality(webhooks.sources) = 0 or articles.source = any(webhooks.sources))
    order by ended.at, articles.id
    on conflict do nothing
""")


def scan() -> None:
    """Write a delivery for each event that has none yet; each minute also those that were committed late."""
    with session() as db:
        now: datetime = db.scalar(select(func.now())) or datetime.min
        clock = _clock(db)
        sweep = now - clock.swept_to >= SWEEP
        since = clock.swept_to - LATE if sweep else clock.scanned_to - OVERLAP
        if db.scalar(select(func.count()).select_from(Webhook).where(Webhook.active)):
            db.execute(_EVENTS, {"since": since})
        clock.scanned_to = now
        if sweep:
            clock.swept_to = now
            _clear(db)


def _clock(db: Session) -> DeliveryClock:
    db.execute(insert(DeliveryClock).values(id=1).on_conflict_do_nothing())
    return db.scalars(select(DeliveryClock).with_for_update()).one()


def _clear(db: Session) -> None:
    """What waited for too long is dead, and what ended long ago goes."""
    late = (Delivery.state == "waiting", Delivery.queued_at < func.now() - OLDEST)
    reason = func.coalesce(Delivery.last_error, "It could not be sent within a day.")
    db.execute(update(Delivery).where(*late).values(state="dead", ended_at=func.now(), last_error=reason))
    kept = timedelta(days=settings().delivery_days)
    old = select(Delivery.id).where(Delivery.state != "waiting", Delivery.ended_at < func.now() - kept)
    db.execute(delete(Delivery).where(Delivery.id.in_(old.limit(MOST_DROPPED))))
