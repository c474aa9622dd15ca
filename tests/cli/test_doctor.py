"""`copydesk doctor`: what it finds, and how to mend it."""

import json
import shutil
import socket
from collections import namedtuple

import pytest
from sqlalchemy import text

from cli.checked import Verdict
from cli.doctor_machine import checkpoints, data_folder, python
from models.session import session
from tasks.moving import KINDS
from workers.app import app
from workers.engines import onnx

Usage = namedtuple("Usage", "total used free")


def _checks(copydesk):
    found = copydesk("doctor", "--json").json["checks"]
    return {one["what"]: one for one in found}


def test_a_desk_in_order_lacks_only_the_workers_that_were_not_started(copydesk):
    found = _checks(copydesk)
    assert {what for what, one in found.items() if one["verdict"] == "fail"} == {f"worker {kind}" for kind in KINDS}
    assert found["database"]["said"].startswith("PostgreSQL 18")
    assert found["queue"]["said"].startswith("Valkey 9")
    assert found["queue file"]["said"] == "appendonly yes"
    assert "the newest" in found["tables"]["said"]
    assert found["clock"]["verdict"] == "ok"
    assert found["checkpoint tagger"]["verdict"] == "ok"


def test_what_is_not_in_order_says_how_to_mend_it_and_the_exit_status_is_1(copydesk):
    said = copydesk("doctor")
    assert said.status == 1
    assert "copydesk worker nlp" in said.out
    assert all(one["mend"] for one in _checks(copydesk).values() if one["verdict"] != "ok")


def test_a_queue_that_forgets_or_does_not_keep_is_found(copydesk):
    with app.connection_for_write() as connection:
        client = connection.default_channel.client
        client.config_set("maxmemory-policy", "allkeys-lru")
        client.config_set("appendonly", "no")
    try:
        found = _checks(copydesk)
    finally:
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("appendonly", "yes")
    assert (found["queue memory"]["verdict"], found["queue file"]["verdict"]) == ("fail", "warn")
    assert "noeviction" in found["queue memory"]["mend"]


def test_tables_of_another_version_are_found(copydesk):
    with session() as db:
        newest = db.execute(text("select version_num from alembic_version")).scalar_one()
        db.execute(text("update alembic_version set version_num = '0001'"))
    try:
        older = _checks(copydesk)["tables"]
        with session() as db:
            db.execute(text("update alembic_version set version_num = '9999'"))
        newer = _checks(copydesk)["tables"]
    finally:
        with session() as db:
            db.execute(text("update alembic_version set version_num = :newest"), {"newest": newest})
    assert (older["verdict"], older["mend"]) == ("fail", "Run `copydesk migrate`.")
    assert "does not know" in newer["said"]


def test_services_that_are_away_are_found_and_the_rest_is_looked_at(process, desk):
    away = {"DATABASE_URL": "postgresql://desk:hunter2@127.0.0.1:1/desk", "REDIS_URL": "redis://127.0.0.1:1/0"}
    doctor = process("doctor", "--json", **away)
    out, err = doctor.communicate(timeout=60)
    found = {one["what"]: one for one in json.loads(out)["checks"]}
    assert (doctor.returncode, err) == (1, b"")
    assert (found["database"]["verdict"], found["queue"]["verdict"]) == ("fail", "fail")
    assert found["disk"]["verdict"] in ("ok", "warn")
    assert b"hunter2" not in out


def test_before_the_first_start_nothing_is_broken(process, tmp_path):
    alone = {"COPYDESK_DATA": str(tmp_path / "new"), "DATABASE_URL": None, "REDIS_URL": None}
    doctor = process("doctor", "--json", **alone)
    found = json.loads(doctor.communicate(timeout=60)[0])
    assert (doctor.returncode, found["ok"]) == (0, True)
    assert {one["what"]: one["verdict"] for one in found["checks"]}["database"] == "warn"
    assert not (tmp_path / "new").exists()


def test_a_setting_that_cannot_be_used_is_found(process, tmp_path):
    doctor = process("doctor", "--json", COPYDESK_PROT="80")
    found = {one["what"]: one for one in json.loads(doctor.communicate(timeout=60)[0])["checks"]}
    assert doctor.returncode == 1
    assert "COPYDESK_PORT" in found["settings"]["said"]


def test_a_port_that_another_program_has_is_found(copydesk, setting, desk):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        setting(port=taken.getsockname()[1])
        found = _checks(copydesk)["port of the API"]
    assert found["verdict"] == "warn"
    assert "COPYDESK_PORT" in found["mend"]


def test_an_engine_that_is_not_there_is_found(copydesk, setting, tmp_path):
    setting(summary_engine=f"path:{tmp_path}")
    found = _checks(copydesk)[f"engine path:{tmp_path}"]
    assert found["verdict"] == "fail"


def test_an_altered_checkpoint_is_found(tmp_path, monkeypatch):
    shutil.copytree(onnx.CHECKPOINTS / "tagger", tmp_path / "tagger")
    with (tmp_path / "tagger" / "tokenizer.json").open("a") as file:
        file.write(" ")
    monkeypatch.setattr(onnx, "CHECKPOINTS", tmp_path)
    (found,) = checkpoints()
    assert found.verdict is Verdict.FAIL
    assert "tokenizer.json has SHA-256" in found.said
    assert "git checkout" in found.mend


@pytest.mark.parametrize(("free", "verdict"), [(10**8, "fail"), (2 * 10**9, "warn"), (10**11, "ok")])
def test_a_disk_that_is_nearly_full_is_found(tmp_path, monkeypatch, free, verdict):
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(10**12, 0, free))
    folder, disk = data_folder(tmp_path)
    assert (folder.verdict, disk.verdict) == ("ok", verdict)


def test_a_data_folder_that_others_can_write_to_is_found(tmp_path):
    tmp_path.chmod(0o777)
    folder, _ = data_folder(tmp_path)
    assert (folder.verdict, folder.mend) == (Verdict.WARN, f"chmod go-w {tmp_path}")


def test_a_python_that_is_too_new_is_found(monkeypatch):
    monkeypatch.setattr("sys.version_info", (3, 15, 0))
    assert python().verdict is Verdict.FAIL
