"""Whether the desk works: its database, its broker, its workers, and whether work moves."""

from typing import Any

from sqlalchemy import ARRAY, BigInteger, any_, exists, func, literal, or_, select
from sqlalchemy.exc import OperationalError, ProgrammingError

from models.article import Article
from models.feed import Feed
from models.session import session
from models.stage import StageRow, State
from models.webhook import Webhook
from tasks.moving import KINDS, explain, find_stuck, is_overdue, sweep_age
from tasks.queue import BROKER_AWAY
from workers.app import app

PING_SECONDS = 1.0
UNKNOWN: dict[str, Any] = {"sweep": {"seconds_ago": None, "overdue": False}, "stuck": []}
ANSWER_SECONDS = 3.0  # for the broker: one that accepts the connection may still be silent


def health() -> dict[str, Any]:
    """`ok` is true when database and broker answer, a worker of each kind that is needed does, sweeps are made, and
    work moves.
    """
    database, broker = _database(), _broker()
    needed = set(KINDS) | ({"net"} if database["ok"] and _reads_or_tells() else set())
    missing = sorted(needed - {name.partition("@")[0] for name in broker["workers"]})
    movement = _movement(missing) if database["ok"] and broker["ok"] else UNKNOWN  # who is away has cost time already
    found = {"database": database, "broker": broker, "missing_workers": missing} | movement
    ok = database["ok"] and broker["ok"] and not missing and not found["sweep"]["overdue"] and not found["stuck"]
    return {"ok": ok, **found}


def readiness() -> dict[str, Any]:
    """`ok` is true when the database and the broker answer: articles are accepted and served. Asks no worker."""
    database, broker = _database(), _broker(ask_workers=False)
    return {"ok": database["ok"] and broker["ok"], "database": database, "broker": broker}


def _reads_or_tells() -> bool:
    """Whether there is a feed to be read or a webhook to be sent."""
    feed, webhook = exists().where(~Feed.paused), exists().where(Webhook.active)
    try:
        with session() as db:
            return bool(db.scalar(select(or_(feed, webhook))))
    except (OperationalError, ProgrammingError):
        return False


def _movement(missing: list[str]) -> dict[str, Any]:
    """The age of the last sweep, and what is stuck."""
    try:
        age = sweep_age()
        overdue = is_overdue(age)
        stuck = [explain(one, missing, overdue) for one in find_stuck()]
        return {"sweep": {"seconds_ago": age, "overdue": overdue}, "stuck": stuck}
    except (OperationalError, ProgrammingError, *BROKER_AWAY):
        return UNKNOWN


def _database() -> dict[str, Any]:
    try:
        with session() as db:
            oldest = select(func.min(StageRow.queued_at)).where(StageRow.state.in_((State.QUEUED, State.RUNNING)))
            age = db.scalar(select(func.extract("epoch", func.now() - oldest.scalar_subquery())))
            return {"ok": True, "oldest_pending_seconds": None if age is None else round(float(age), 1)}
    except OperationalError:
        return {"ok": False, "problem": "The database does not answer; see DATABASE_URL."}
    except ProgrammingError:
        return {"ok": False, "problem": "The database has no tables; run `copydesk migrate`."}


def _broker(ask_workers: bool = True) -> dict[str, Any]:
    try:
        with app.connection_for_read(transport_options={"socket_timeout": ANSWER_SECONDS}) as connection:
            connection.ensure_connection(max_retries=1, timeout=2)
            if not ask_workers:
                connection.default_channel.client.ping()
                return {"ok": True}
            replies = app.control.ping(timeout=PING_SECONDS, connection=connection)
            return {"ok": True, "workers": sorted(name for reply in replies for name in reply)}
    except BROKER_AWAY:
        return {
            "ok": False,
            **({"workers": []} if ask_workers else {}),
            "problem": "The broker does not answer or is full; see REDIS_URL.",
        }


def progress(article_ids: list[int] | None = None) -> dict[str, dict[str, int]]:
    """For each stage, how many articles are in each state; of the given articles, or of all."""
    counted = select(StageRow.name, StageRow.state, func.count()).group_by(StageRow.name, StageRow.state)
    if article_ids is not None:
        counted = counted.where(StageRow.article_id == any_(literal(article_ids, ARRAY(BigInteger))))
    stages: dict[str, dict[str, int]] = {}
    with session() as db:
        for name, state, count in db.execute(counted):
            stages.setdefault(name, {})[state] = count
    return stages


def articles() -> int:
    """How many articles the desk has."""
    with session() as db:
        return db.scalar(select(func.count()).select_from(Article)) or 0
