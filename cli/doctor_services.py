"""What `copydesk doctor` looks at in the services: database, its tables and clock, the queue, and the workers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from cli.checked import Checked, fail, ok, warn
from cli.serve import Kind
from config.settings import settings
from models.session import transaction
from tasks.queue import BROKER_AWAY
from workers.pools import nlp_pool

OLDEST = 18  # PostgreSQL, whose major version the embedded one has
NEEDED = ("vector",)
CONNECTIONS = 60  # as the embedded database has; docs/operations.md counts what a desk wants
BUSY = 0.8
SKEW_SECONDS = 5.0
UP = "Start the desk with `copydesk up`"


def services() -> Iterator[Checked]:
    """All of them; what leans on one that is away is not looked at."""
    chosen = settings()
    if chosen.database_url is None:
        yield warn("database", "none is set, and no desk is up here", f"{UP}, or set DATABASE_URL to your PostgreSQL.")
    else:
        yield from database()
    if chosen.redis_url is None:
        yield warn("queue", "none is set, and no desk is up here", f"{UP}, or set REDIS_URL to your Redis or Valkey.")
    else:
        yield from queue()
    if chosen.database_url is not None and chosen.redis_url is not None:
        yield from workers()


def database() -> Iterator[Checked]:
    """Whether it answers, its version, what it has room for, its tables, and its clock."""
    try:
        with transaction() as db:
            yield from _database(db)
    except DBAPIError as error:
        said = str(error.orig).strip().partition("\n")[0]
        yield fail("database", said, f"{UP}, or see that DATABASE_URL is right and its PostgreSQL runs.")


def _database(db: Connection) -> Iterator[Checked]:
    began = datetime.now(UTC)
    theirs: datetime = db.execute(text("select clock_timestamp()")).scalar_one()
    half = (datetime.now(UTC) - began) / 2
    version: str = db.execute(text("show server_version")).scalar_one()
    if int(version.split(".")[0].split(" ")[0]) < OLDEST:
        yield fail("database", f"PostgreSQL {version}", f"Use PostgreSQL {OLDEST}: dump, upgrade, restore.")
    else:
        yield ok("database", f"PostgreSQL {version}")
    yield _extensions(db)
    yield _tables(db)
    yield _connections(db)
    skew = (theirs - began - half).total_seconds()
    said = f"{abs(skew):.1f} s {'behind' if skew > 0 else 'before'} the database's"
    mend = "Let both machines keep time by NTP (timedatectl set-ntp true)."
    yield warn("clock", said, mend) if abs(skew) > SKEW_SECONDS else ok("clock", said)


def _extensions(db: Connection) -> Checked:
    there = set(db.scalars(text("select name from pg_available_extensions")))
    missing = [name for name in NEEDED if name not in there]
    if missing:
        mend = "Install it for that PostgreSQL (the package postgresql-18-pgvector), then `copydesk migrate`."
        return fail("extensions", f"{', '.join(missing)} is not available", mend)
    version = db.execute(text("select extversion from pg_extension where extname = 'vector'")).scalar()
    return ok("extensions", f"vector {version or 'available'}")


def _tables(db: Connection) -> Checked:
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from migrations.upgrade import config

    found = MigrationContext.configure(db).get_current_revision()
    script = ScriptDirectory.from_config(config(db))
    newest = script.get_current_head()
    if found == newest:
        return ok("tables", f"at {found}, the newest")
    if found is not None and found not in {one.revision for one in script.walk_revisions()}:
        return fail("tables", f"at {found}, which this Copydesk does not know", "Install the Copydesk they are from.")
    return fail("tables", f"at {found or 'nothing'}, the newest is {newest}", "Run `copydesk migrate`.")


def _connections(db: Connection) -> Checked:
    most = int(db.execute(text("show max_connections")).scalar_one())
    used: int = db.execute(
        text("select count(*) from pg_stat_activity where backend_type = 'client backend'")
    ).scalar_one()
    said = f"{used} of {most} connections"
    mend = "Raise max_connections and restart PostgreSQL: each nlp child wants one, the API up to 20."
    return warn("connections", said, mend) if most < CONNECTIONS or used > BUSY * most else ok("connections", said)


def queue() -> Iterator[Checked]:
    """Whether it answers, its version, and whether it keeps what it is given."""
    from workers.app import app

    try:
        with app.connection_for_read(transport_options={"socket_timeout": 3.0, "socket_connect_timeout": 3.0}) as found:
            found.ensure_connection(max_retries=1, timeout=3)
            said: dict[str, Any] = found.default_channel.client.info("everything")
    except BROKER_AWAY as error:
        yield fail("queue", str(error), f"{UP}, or see that REDIS_URL is right and its Redis or Valkey runs.")
        return
    valkey = said.get("valkey_version")
    yield ok("queue", f"Valkey {valkey}" if valkey else f"Redis {said['redis_version']}")
    policy, is_kept = said.get("maxmemory_policy", "unknown"), bool(said.get("aof_enabled"))
    if policy != "noeviction":
        yield fail(
            "queue memory", f"maxmemory-policy {policy}", "Set maxmemory-policy noeviction: it would forget work."
        )
    else:
        yield _memory(said)
    mend = "Set appendonly yes: after a restart the sweep has to send all again, 5,000 a minute."
    yield ok("queue file", "appendonly yes") if is_kept else warn("queue file", "appendonly no", mend)


def _memory(said: dict[str, Any]) -> Checked:
    used, most = int(said["used_memory"]), int(said.get("maxmemory", 0))
    text_ = f"noeviction, {used / 1e6:,.0f} MB" + (f" of {most / 1e6:,.0f} MB" if most else ", no limit")
    if most and used > BUSY * most:
        return warn("queue memory", text_, "Raise maxmemory, or start more workers: when it is full it takes no more.")
    return ok("queue memory", text_)


def workers() -> Iterator[Checked]:
    """Whether one of each kind answers."""
    from tasks.health import health
    from tasks.moving import KINDS

    found = health()
    names = found["broker"]["workers"]
    for kind in Kind:
        theirs = [name for name in names if name.partition("@")[0] == kind]
        if kind is Kind.BACKFILL and nlp_pool(settings()) == "threads":
            continue  # the nlp worker does both
        if theirs:
            yield ok(f"worker {kind}", ", ".join(theirs))
        else:  # articles wait for those in KINDS; the others read feeds and send webhooks
            lacking = fail if kind in KINDS else warn
            yield lacking(f"worker {kind}", "none answers", f"{UP}, or one more with `copydesk worker {kind}`.")
