"""A supervisor killed hard takes its services with it, and the next one finds everything."""

import os
import signal
import subprocess
import sys

import pytest

from workers.embedded import FolderInUse, Postgres, Valkey
from workers.embedded.places import data_home

SUPERVISOR = """
import signal, sys
from pathlib import Path
from workers.embedded import Postgres, Valkey
folder = Path(sys.argv[1])
with Postgres(folder), Valkey(folder):
    print("up", flush=True)
    signal.pause()
"""


@pytest.fixture
def supervisor(folder, run_python):
    process = run_python(SUPERVISOR, folder)
    assert process.stdout.readline() == "up\n"
    return process


def homes(folder):
    return str(data_home(folder, "postgres")), str(data_home(folder, "valkey"))


def wake_later(pids):
    """Let stopped processes go on in a second, from outside, while the next start waits for them."""
    return subprocess.Popen(["/bin/sh", "-c", f"sleep 1; kill -CONT {' '.join(map(str, pids))}"])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux signals the children of a dead parent")
def test_no_orphans_are_left(folder, supervisor, alive_with, until):
    assert all(alive_with(home) for home in homes(folder))
    supervisor.kill()
    until(lambda: not any(alive_with(home) for home in homes(folder)))


def test_the_next_start_recovers_at_once(folder, supervisor, query, ask):
    server, broker = Postgres(folder), Valkey(folder)
    query(server, "CREATE TABLE kept AS SELECT 1 AS n")
    ask(broker, "SET kept 1")
    supervisor.kill()
    supervisor.wait()
    with server, broker:
        assert query(server, "SELECT n FROM kept") == [(1,)]
        assert ask(broker, "GET kept").split() == ["$1", "1"]


@pytest.mark.parametrize("service", [Postgres, Valkey])
def test_the_next_start_ends_a_server_that_ignored_its_parents_death(folder, supervisor, service, alive_with):
    """A stopped process hears nothing until it is continued: then it still holds the folder."""
    home = str(data_home(folder, service.name))
    held = set(alive_with(home))
    for pid in held:
        os.kill(pid, signal.SIGSTOP)
    supervisor.kill()
    supervisor.wait()
    waker = wake_later(held)
    with service(folder) as server:
        assert server.is_ready()
        assert not held.intersection(alive_with(home))
    waker.wait()


def test_while_it_lives_another_process_is_refused_by_its_name(folder, supervisor):
    for service in (Postgres, Valkey):
        with pytest.raises(FolderInUse, match=f"in use by process {supervisor.pid}"):
            service(folder).start()


def test_the_death_of_the_server_alone_is_recovered_from(folder, query, alive_with):
    """Its children may outlive it for a moment, and hold its memory."""
    server = Postgres(folder)
    server.start()
    query(server, "CREATE TABLE kept AS SELECT 1 AS n")
    home = data_home(folder, "postgres")
    pid = int((home / "cluster" / "postmaster.pid").read_text().split()[0])
    children = set(alive_with(str(home))) - {pid}
    for child in children:
        os.kill(child, signal.SIGSTOP)
    os.kill(pid, signal.SIGKILL)
    server.stop()
    waker = wake_later(children)
    with server:
        assert query(server, "SELECT n FROM kept") == [(1,)]
    waker.wait()
