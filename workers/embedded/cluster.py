"""A PostgreSQL cluster on disk: made once and whole, checked for its version, freed of a server left over."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from workers.child import Account, CannotStart, as_account, quoting
from workers.embedded.service import ENVIRONMENT, wait_for
from workers.embedded.sockets import answers

MAJOR = "18"
DATABASE = USER = "copydesk"
PORT = 5432  # only names the socket file
_STOP_SECONDS = 60

# For a machine of 2 cores and 4 GB that also runs the workers.
SETTINGS = """\
# Copydesk's settings, made with the cluster. They are yours to change: Copydesk does not write this file again.
max_connections = 60
shared_buffers = 256MB
effective_cache_size = 1GB
maintenance_work_mem = 256MB            # for building the vector index
max_parallel_maintenance_workers = 0    # parallel builds want /dev/shm, of which containers have 64 MB
work_mem = 8MB
synchronous_commit = on                 # an accepted article survives a power cut
max_wal_size = 2GB
min_wal_size = 160MB
checkpoint_timeout = 15min
random_page_cost = 1.1                  # solid-state disks
jit = off                               # our queries are short
log_line_prefix = '%m [%p] '
log_checkpoints = off
timezone = 'UTC'
"""


def make_cluster(cluster: Path, programs: Path, account: Account | None) -> None:
    """Make the cluster and its empty database, unless they exist.

    All is made in a folder beside it that is renamed at the end: after a kill half-way there is
    no cluster, and the next start begins again. Raises CannotStart with what the programs said.
    """
    if cluster.exists():
        _check_version(cluster)
        return
    for half in cluster.parent.glob("making-*"):
        shutil.rmtree(half)
    half = Path(tempfile.mkdtemp(prefix="making-", dir=cluster.parent))
    if account:
        os.chown(half, account.uid, account.gid)
    # "trust" is safe as the only way in is a socket in a folder that only this user, and root, can enter.
    # The built-in C.UTF-8 sorts alike everywhere; a system locale changes with the system and corrupts indexes.
    options = ("--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C")
    sorting = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    run([programs / "initdb", "-D", half, "-U", USER, *options, *sorting, "--no-instructions"], account)
    _write_settings(half)
    run([programs / "postgres", "--single", "-D", half, "postgres"], account, f"CREATE DATABASE {DATABASE};\n")
    half.rename(cluster)


def _write_settings(cluster: Path) -> None:
    (cluster / "copydesk.conf").write_text(SETTINGS)
    (cluster / "copydesk.conf").chmod(0o644)  # the folder is private, and the server must read what root writes
    with (cluster / "postgresql.conf").open("a") as file:
        file.write("\ninclude_if_exists = 'copydesk.conf'\n")


def _check_version(cluster: Path) -> None:
    version = cluster / "PG_VERSION"
    found = version.read_text().strip() if version.exists() else "an unknown version"
    if found != MAJOR:
        raise CannotStart(
            f"The database in {cluster} was made by PostgreSQL {found}, and this Copydesk runs {MAJOR}. Dump it with "
            f"the Copydesk that made it and load it into a new data folder, or set DATABASE_URL to a server of yours."
        )


def free_cluster(cluster: Path, sockets: Path, programs: Path, account: Account | None) -> None:
    """End what a killed supervisor has left of a server, so that the cluster can be started.

    We hold the lock of the data folder, so nobody wants that server any more. It is alive if its
    socket accepts a connection; what the pid file says may be about some other process by now.
    """
    left = cluster / "postmaster.pid"
    if not left.exists():
        return
    socket = sockets / f".s.PGSQL.{PORT}"
    if answers(socket):
        stop = (programs / "pg_ctl", "-D", cluster, "-m", "fast", "-w", "-t", str(_STOP_SECONDS), "stop")
        with contextlib.suppress(CannotStart):  # it may have gone by itself meanwhile; if not, the memory tells
            run(stop, account)
    wait_for(lambda: not _memory_attached(left), _STOP_SECONDS)  # if in vain, PostgreSQL will refuse, and say why
    left.unlink(missing_ok=True)  # it would refuse, too, if the pid in there were another process's by now


def _memory_attached(pid_file: Path) -> bool:
    """Whether processes still use the shared memory the pid file names in its line 7 (key and id).

    Backends outlive a killed server for a moment.
    """
    segments = Path("/proc/sysvipc/shm")
    lines = pid_file.read_text().splitlines() if pid_file.exists() else []
    if len(lines) < 7 or not segments.exists():  # not Linux
        return False
    rows = (line.split() for line in segments.read_text().splitlines()[1:])  # key, id, .., 6: processes attached
    return any(row[:2] == lines[6].split() and int(row[6]) > 0 for row in rows)


def run(argv: Iterable[Path | str], account: Account | None, stdin: str = "") -> None:
    """Run one of PostgreSQL's programs to its end. Raises CannotStart with what it said when it fails."""
    words = [str(word) for word in argv]
    done = subprocess.run(
        words,
        input=stdin,
        env=ENVIRONMENT,
        cwd="/",
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        process_group=0,
        **as_account(account),
    )
    if done.returncode:
        said = done.stdout.strip().splitlines()[-12:]
        raise CannotStart(quoting(f"{Path(words[0]).name} failed (exit status {done.returncode}) and said:", said))
