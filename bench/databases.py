"""A server with several databases, of which this process and the workers it starts use one at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from psycopg import sql

from config.settings import use_services
from migrations.upgrade import migrate
from models.session import engine
from workers.embedded import Postgres, Valkey
from workers.embedded.cluster import DATABASE


class Databases:
    """Made and migrated when first used."""

    def __init__(self, folder: Path) -> None:
        self.postgres = Postgres(folder)
        self.logs = folder / "logs"

    def use(self, name: str) -> str:
        """From now on sessions, and workers started, use this database. Gives its address, as libpq wants it."""
        with psycopg.connect(self.postgres.client_url, autocommit=True) as db:
            known = db.execute("SELECT FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None
            if not known:
                db.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        if engine.cache_info().currsize:
            engine().dispose()
            engine.cache_clear()
        use_services(self._at(self.postgres.url, name), None)
        if not known:
            migrate()
        return self._at(self.postgres.client_url, name)

    @staticmethod
    def _at(url: str, name: str) -> str:
        return url.replace(f"/{DATABASE}?", f"/{name}?")


@contextmanager
def databases() -> Iterator[Databases]:
    """A server and a queue of their own, with the settings of an embedded desk, removed at the end."""
    with TemporaryDirectory(prefix="copydesk-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # so that the account of the services, when root runs this, can enter
        made = Databases(folder)
        with made.postgres, Valkey(folder) as valkey:
            use_services(None, valkey.url)
            try:
                yield made
            finally:
                engine().dispose()
