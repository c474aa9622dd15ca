"""A worker that cannot have its engines does not start, and says why in one line."""

import signal
import subprocess
from collections.abc import Callable

import pytest
from checkpoints import bert_tagger
from waiting import wait_until

from config.settings import settings
from workers.app import app
from workers.argv import worker_argv

Process = Callable[..., "subprocess.Popen[bytes]"]
NOWHERE = {"HF_ENDPOINT": "http://127.0.0.1:1"}


def refusal(started: "subprocess.Popen[bytes]") -> str:
    """The one line that it says, with exit status 2."""
    _, err = started.communicate(timeout=120)
    assert (started.returncode, err.count(b"\n")) == (2, 1), err.decode()
    return err.decode()


@pytest.mark.parametrize("command", [("worker", "nlp"), ("run", "samples")])
def test_weights_that_cannot_be_read_are_found_out_before_anything_starts(process: Process, desk, tmp_path, command):
    weights = bert_tagger(tmp_path) / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])
    said = refusal(process(*command, COPYDESK_DATA=str(tmp_path), COPYDESK_ENTITY_ENGINE=f"path:{tmp_path}"))
    assert said.startswith(f"copydesk: COPYDESK_ENTITY_ENGINE=path:{tmp_path}: it cannot be loaded (")


@pytest.mark.parametrize("command", [("worker", "nlp"), ("run", "samples"), ("up",)])
def test_nothing_starts_for_an_engine_that_is_not_there(process: Process, services, tmp_path, command):
    alone = {"COPYDESK_DATA": str(tmp_path), "COPYDESK_SUMMARY_ENGINE": f"path:{tmp_path}/gone"}
    assert "there is no such folder" in refusal(process(*command, **alone))


def test_nothing_starts_for_a_name_that_cannot_be_had(process: Process, services, tmp_path):
    alone = {"COPYDESK_DATA": str(tmp_path), "COPYDESK_EMBEDDING_ENGINE": "hub:desk/tiny", "HF_HOME": str(tmp_path)}
    said = refusal(process("worker", "nlp", **alone, **NOWHERE))
    assert said.startswith("copydesk: COPYDESK_EMBEDDING_ENGINE=hub:desk/tiny: it is not on this machine")


def test_an_ingest_worker_needs_no_engines(process: Process, desk, tmp_path):
    started = process("worker", "ingest", COPYDESK_ENTITY_ENGINE=f"path:{tmp_path}/gone")
    try:
        wait_until(lambda: bool(app.control.ping(timeout=0.5)), "it answers")
    finally:
        started.send_signal(signal.SIGTERM)
        started.communicate(timeout=60)


@pytest.mark.parametrize("pool", ["prefork", "threads"])
def test_a_worker_whose_engines_are_gone_after_all_ends_with_one_line(setting, desk, tmp_path, pool):
    """As between two starts of a child: nothing is looked at before, and Celery by itself would go on."""
    folder = bert_tagger(tmp_path / "tagger")
    setting(entity_engine=f"path:{folder}", nlp_pool=pool, nlp_processes=1)
    argv = worker_argv("nlp", settings())
    (folder / "model.safetensors").unlink()
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert "Traceback" not in done.stderr
    assert f"COPYDESK_ENTITY_ENGINE=path:{folder}: it has no model.safetensors" in done.stderr
