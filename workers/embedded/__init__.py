"""A PostgreSQL and a Valkey of the desk's own, for those who have not set DATABASE_URL or REDIS_URL."""

from workers.embedded.lock import DeskLock, FolderInUse
from workers.embedded.postgres import Postgres
from workers.embedded.valkey import Valkey

__all__ = ["DeskLock", "FolderInUse", "Postgres", "Valkey"]
