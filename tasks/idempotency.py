"""Requests that come twice under one key are done once, and answered twice."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Delete, Update, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from models.idempotency import IdempotencyKey as Row
from models.session import transaction
from tasks.errors import OtherRequest, UnderWay

KEPT = timedelta(hours=24)
GIVEN_UP = timedelta(minutes=5)  # without an answer: its process is gone
CLEANED = 100  # rows past their time that a request removes: more than it makes


def once(client: str, key: str, request: bytes, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `act` gives, or what it gave for the same request of this client under this key within a day.

    `request` is all of the request that decides what it does. Raises UnderWay, or OtherRequest when the key belongs to
    another request. What `act` raises leaves no trace: the client may try again.
    """
    row_id, digest = hashlib.sha256(f"{client}\0{key}".encode()).digest(), hashlib.sha256(request).digest()
    since = _take(row_id, digest)
    if isinstance(since, dict):
        return since
    ours = and_(Row.id == row_id, Row.at == since)  # unless given up meanwhile
    try:
        answer = act()
    except BaseException:
        _finish(delete(Row).where(ours))
        raise
    _finish(update(Row).where(ours).values(answer=answer))
    return answer


def _finish(statement: Delete | Update) -> None:
    with transaction() as db:
        db.execute(statement)


def _take(row_id: bytes, digest: bytes) -> datetime | dict[str, Any]:
    """When we began, if it is for us to do; else the answer. Old rows go on the way."""
    new = insert(Row).values(id=row_id, request=digest)
    gone = and_(Row.answer.is_(None), Row.request == digest, Row.at < func.now() - GIVEN_UP)
    past = Row.at < func.now() - KEPT
    fresh = {"request": new.excluded.request, "answer": None, "at": func.now()}
    taken = new.on_conflict_do_update(index_elements=["id"], set_=fresh, where=or_(gone, past)).returning(Row.at)
    old = select(Row.id).where(past, Row.id != row_id).order_by(Row.at).limit(CLEANED).with_for_update(skip_locked=True)
    with transaction() as db:
        since = db.scalar(taken)
        db.execute(delete(Row).where(Row.id.in_(old)))
        found = db.execute(select(Row.request, Row.answer).where(Row.id == row_id)).first()
    if since is not None:
        return since
    if found is None or (found.request == digest and found.answer is None):
        raise UnderWay
    if found.request != digest:
        raise OtherRequest
    answer: dict[str, Any] = found.answer
    return answer
