"""A name of the hub becomes one commit, asked once and kept, and a folder of this machine. The hub here is our own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hubs import COMMIT, NEWER, NOWHERE, Hub, python, serving

from config.engines import Source
from workers.engines.hub.fetch import pinned
from workers.engines.hub.folder import Unfit

FILES = {"config.json": b"{}", "model.safetensors": b"weights", "pytorch_model.bin": b"pickle", "modeling.py": b"code"}


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serving(FILES) as server:
        yield server


def call(function: str, name: str, folder: Path, address: str) -> tuple[str, str]:
    """What `fetched` or `kept` answer, or why they refuse, and what they log."""
    code = (
        "from pathlib import Path; from config.engines import source; "
        f"from workers.engines.hub.fetch import {function} as get; from workers.engines.hub.folder import Unfit\n"
        f"try: print(get(source({name!r}), Path({str(folder / 'pins')!r})))\nexcept Unfit as problem: print(problem)"
    )
    done = python(code, folder / "cache", address)
    return done.stdout, done.stderr


def test_the_newest_commit_is_asked_for_once_and_then_kept(hub, tmp_path):
    first, log = call("fetched", "hub:desk/tiny", tmp_path, hub.address)
    assert f"hub:desk/tiny is pinned to hub:desk/tiny@{COMMIT} from now on" in log
    hub.newest = NEWER
    again, quiet = call("fetched", "hub:desk/tiny", tmp_path, hub.address)
    assert again == first and COMMIT in again and "pinned" not in quiet


def test_nothing_is_downloaded_that_could_be_code(hub, tmp_path):
    folder = Path(call("fetched", f"hub:desk/tiny@{COMMIT}", tmp_path, hub.address)[0].strip())
    assert sorted(file.name for file in folder.iterdir()) == ["config.json", "model.safetensors"]
    assert (folder / "model.safetensors").read_bytes() == b"weights"


def test_what_is_on_this_machine_needs_no_network(hub, tmp_path):
    there = call("fetched", "hub:desk/tiny@main", tmp_path, hub.address)[0]
    asked = hub.asked
    assert call("kept", "hub:desk/tiny@main", tmp_path, hub.address)[0] == there
    assert hub.asked == asked
    assert call("kept", "hub:desk/tiny@main", tmp_path, NOWHERE)[0] == there
    assert call("fetched", "hub:desk/tiny@main", tmp_path, NOWHERE)[0] == there


@pytest.mark.parametrize("function", ["fetched", "kept"])
@pytest.mark.parametrize("revision", ["", f"@{COMMIT}"])
def test_without_a_network_what_is_not_here_is_refused(tmp_path, function, revision):
    said = call(function, f"hub:desk/tiny{revision}", tmp_path, NOWHERE)[0]
    assert said.count("\n") == 1
    assert "cannot be had from the hub" in said or "it was never downloaded" in said


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("hub:desk/other", "the hub knows no such name, or it is private and HF_TOKEN is not set"),
        ("hub:desk/tiny@v9", "the hub knows it, but not that revision"),
    ],
)
def test_what_the_hub_does_not_know_is_told(hub, tmp_path, name, what):
    assert call("fetched", name, tmp_path, hub.address)[0].startswith(what)


def test_two_that_ask_at_once_keep_what_the_first_was_told(tmp_path):
    source = Source("hub", "desk/tiny")

    def late(_: Source) -> str:
        pinned(source, tmp_path, lambda _: COMMIT)  # another process, meanwhile
        return NEWER

    assert pinned(source, tmp_path, late).revision == COMMIT
    assert [file.name for file in tmp_path.iterdir()] == ["desk--tiny@newest"]


def test_a_commit_and_a_folder_are_pinned_already(tmp_path):
    def unasked(_: Source) -> str:
        raise Unfit("asked")

    for source in (Source("hub", "desk/tiny", COMMIT), Source("path", "/models/tiny")):
        assert pinned(source, tmp_path, unasked) == source
