"""The embedded PostgreSQL: what it offers, and what it survives."""

import os
import signal

import pytest

from workers.child import CannotStart
from workers.embedded import FolderInUse, Postgres, Valkey
from workers.embedded import cluster as cluster_making
from workers.embedded.cluster import run
from workers.embedded.places import data_home


def cluster(folder):
    return data_home(folder, "postgres") / "cluster"


def test_a_new_server_has_the_extensions_the_desk_needs(server, query):
    for extension in ("vector", "pg_trgm", "unaccent"):
        query(server, f"CREATE EXTENSION {extension}")
    assert query(server, "SELECT '[1,2]'::halfvec(2) <-> '[1,4]'") == [(2.0,)]
    assert query(server, "SELECT unaccent('Zürich'), similarity('desk', 'desk')") == [("Zurich", 1.0)]
    assert query(server, "SELECT current_user, current_database()") == [("copydesk", "copydesk")]


def test_it_listens_on_no_network(server, query):
    assert query(server, "SHOW listen_addresses") == [("",)]


def test_a_second_start_on_one_folder_is_refused_and_names_the_holder(server):
    with pytest.raises(FolderInUse, match=f"in use by process {os.getpid()}"):
        Postgres(server.folder).start()


def test_a_stray_pgport_in_the_environment_misleads_nobody(server, query, monkeypatch):
    monkeypatch.setenv("PGPORT", "6543")
    assert query(server, "SELECT 1") == [(1,)]


def test_it_reads_the_settings_an_operator_finds_beside_it(folder, query):
    with Postgres(folder) as server:
        assert query(server, "SHOW shared_buffers") == [("256MB",)]
    settings = cluster(folder) / "copydesk.conf"
    settings.write_text(settings.read_text().replace("work_mem = 8MB", "work_mem = 9MB"))
    with Postgres(folder) as server:
        assert query(server, "SHOW work_mem") == [("9MB",)]


def test_data_survive_a_stop_and_a_kill_of_every_process(folder, query, alive_with, until):
    with Postgres(folder) as server:
        query(server, "CREATE TABLE kept AS SELECT 1 AS n")
    server.start()
    query(server, "INSERT INTO kept VALUES (2)")
    for pid in alive_with(str(cluster(folder))):
        os.kill(pid, signal.SIGKILL)
    until(lambda: not server.is_ready())
    server.stop()
    with server:
        assert query(server, "SELECT n FROM kept ORDER BY n") == [(1,), (2,)]


def test_a_pid_file_that_names_some_other_process_does_not_matter(folder, query, alive_with):
    """The worst case: a living process of the same user. PostgreSQL by itself would refuse to start."""
    with Postgres(folder):
        pid_file = (cluster(folder) / "postmaster.pid").read_text().splitlines()
    with Valkey(folder):
        [other] = alive_with(str(data_home(folder, "valkey")))
        (cluster(folder) / "postmaster.pid").write_text("\n".join([str(other), *pid_file[1:]]))
        with Postgres(folder) as server:
            assert query(server, "SELECT 1") == [(1,)]


def test_a_cluster_whose_making_was_killed_is_made_again(folder, query):
    half = folder / "postgres" / "making-killed"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with Postgres(folder) as server:
        assert query(server, "SELECT 1") == [(1,)]
    assert not half.exists()


@pytest.mark.parametrize("step", ["initdb", "postgres"])
def test_a_making_that_fails_half_way_leaves_no_cluster(folder, monkeypatch, step):
    def fail_at(argv, *rest):
        words = list(argv)
        if words[0].name == step:
            raise CannotStart("interrupted")
        run(words, *rest)

    with monkeypatch.context() as patch, pytest.raises(CannotStart, match="interrupted"):
        patch.setattr(cluster_making, "run", fail_at)
        Postgres(folder).process()
    assert not cluster(folder).exists()


def test_a_cluster_of_another_major_version_is_refused(folder):
    cluster(folder).mkdir(parents=True)
    (cluster(folder) / "PG_VERSION").write_text("17\n")
    for _ in range(2):  # a refusal leaves the folder unlocked
        with pytest.raises(CannotStart, match=r"made by PostgreSQL 17, and this Copydesk runs 18"):
            Postgres(folder).start()


def test_a_server_that_does_not_start_is_quoted_and_leaves_the_folder_free(folder, query):
    with Postgres(folder):
        pass
    settings = cluster(folder) / "copydesk.conf"
    good = settings.read_text()
    settings.write_text(good + "shared_bufers = 1\n")
    with pytest.raises(CannotStart, match='unrecognized configuration parameter "shared_bufers"'):
        Postgres(folder).start()
    settings.write_text(good)
    with Postgres(folder) as server:
        assert query(server, "SELECT 1") == [(1,)]
