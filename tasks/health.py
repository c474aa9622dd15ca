"""Whether the desk works: its database, its broker, its workers, and how old the oldest pending work is."""

from typing import Any

from sqlalchemy import ARRAY, BigInteger, any_, func, literal, select
from sqlalchemy.exc import OperationalError, ProgrammingError

from models.article import Article
from models.session import session
from models.stage import StageRow, State
from tasks.queue import BROKER_AWAY
from workers.app import app

PING_SECONDS = 1.0
ANSWER_SECONDS = 3.0  # for the broker: one that accepts the connection may still be silent


def health() -> dict[str, Any]:
    """`ok` is true when the database and the broker answer and at least one worker of each kind does."""
    database, broker = _database(), _broker()
    missing = sorted({"ingest", "nlp"} - {name.partition("@")[0] for name in broker["workers"]})
    ok = database["ok"] and broker["ok"] and not missing
    return {"ok": ok, "database": database, "broker": broker, "missing_workers": missing}


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


def _broker() -> dict[str, Any]:
    try:
        with app.connection_for_read(transport_options={"socket_timeout": ANSWER_SECONDS}) as connection:
            connection.ensure_connection(max_retries=1, timeout=2)
            replies = app.control.ping(timeout=PING_SECONDS, connection=connection)
            return {"ok": True, "workers": sorted(name for reply in replies for name in reply)}
    except BROKER_AWAY:
        return {"ok": False, "workers": [], "problem": "The broker does not answer or is full; see REDIS_URL."}


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
