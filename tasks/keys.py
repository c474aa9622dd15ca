"""API keys: made, listed, revoked, and looked up by what a client sends."""

import hashlib
import hmac
import re
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from models.key import ApiKey, Scope
from models.session import statements
from nlp.formats.encoding import scrub
from tasks.errors import Unusable

FORM = re.compile(r"cdk_[\w-]{43}", re.ASCII)  # 256 random bits; the beginning is what secret scanners look for
LONGEST_NAME = 100
LONGEST_DAYS = 3650
TRUSTED_SECONDS = 5.0  # a key that was good is taken for good so long: a revoked one is refused that much later
REMEMBERED = 1000  # keys
SEEN = timedelta(minutes=1)  # how exact the time of last use is


@dataclass(frozen=True)
class Client:
    """Whose request it is, and what it may do."""

    name: str
    scope: Scope

    def may(self, scope: Scope) -> bool:
        """Whether its scope is this one or includes it."""
        order = list(Scope)
        return order.index(self.scope) >= order.index(scope)


def create(db: Connection, name: str, scope: Scope, days: int | None = None) -> str:
    """A new key, which is stored nowhere; it expires after so many days, or never.

    Raises Unusable when the name is none, or one of a key that is not revoked.
    """
    if not 0 < len(name) <= LONGEST_NAME or scrub(name) != name or not name.isprintable():
        raise Unusable(f"The name of a key has 1 to {LONGEST_NAME} printable characters.")
    key = f"cdk_{secrets.token_urlsafe(32)}"
    expires = datetime.now(UTC) + timedelta(days=days) if days else None
    try:
        db.execute(insert(ApiKey).values(name=name, scope=scope, hash=_hash(key), expires_at=expires))
    except IntegrityError:
        raise Unusable(f"There is a key {name} already; revoke that one first, or choose another name.") from None
    return key


def keys(db: Connection) -> list[dict[str, Any]]:
    """All keys, also revoked ones, the newest first: name, scope, `good`, and their times."""
    shown = (ApiKey.name, ApiKey.scope, ApiKey.created_at, ApiKey.expires_at, ApiKey.revoked_at, ApiKey.used_at)
    return [dict(row._mapping) for row in db.execute(select(*shown, _good().label("good")).order_by(ApiKey.id.desc()))]


def revoke(db: Connection, name: str) -> None:
    """Refuse the key from now on. Raises Unusable when there is none of this name."""
    ours = update(ApiKey).where(ApiKey.name == name, ApiKey.revoked_at.is_(None)).values(revoked_at=func.now())
    if not db.execute(ours).rowcount:
        raise Unusable(f"There is no key {name} that could be revoked; `copydesk key list` shows those there are.")


def any_good(db: Connection) -> bool:
    """Whether anyone could come in with a key."""
    return bool(db.scalar(select(exists().where(_good()))))


class Clients:
    """Who sends which key. Keys that were good a moment ago are not asked for again."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[float, Client]] = {}

    def remembered(self, key: str) -> Client | None:
        """Whose key it was a moment ago, without asking the database."""
        until, client = self._known.get(_hash(key), (0.0, None))
        return client if time.monotonic() < until else None

    def ask(self, key: str) -> Client | None:
        """Whose key it is; None when nobody's. The database is asked, and told that the key is in use."""
        if not FORM.fullmatch(key):
            return None
        wanted = _hash(key)
        with statements() as db:
            ours = select(ApiKey.id, ApiKey.hash, ApiKey.name, ApiKey.scope).where(ApiKey.hash == wanted, _good())
            row = db.execute(ours).first()
            if row is None or not hmac.compare_digest(row.hash, wanted):
                return None
            stale = or_(ApiKey.used_at.is_(None), ApiKey.used_at < func.now() - SEEN)
            db.execute(update(ApiKey).where(ApiKey.id == row.id, stale).values(used_at=func.now()))
        client = Client(row.name, Scope(row.scope))
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[wanted] = (time.monotonic() + TRUSTED_SECONDS, client)
        return client


def _hash(key: str) -> bytes:
    """Without salt or stretching, as 256 random bits cannot be guessed."""
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()


def _good() -> ColumnElement[bool]:
    return ApiKey.revoked_at.is_(None) & or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > func.now())
