"""A checkpoint is opened only as it was made."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from workers.engines.onnx import CHECKPOINTS, CheckpointError, Text, open_checkpoint, verify


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CHECKPOINTS / "embedder", tmp_path / "embedder"))


@pytest.mark.parametrize("name", ["embedder", "tagger"])
def test_the_shipped_checkpoints_are_whole(name: str) -> None:
    checkpoint = open_checkpoint(CHECKPOINTS / name)
    assert checkpoint.name == name
    assert checkpoint.manifest["files"]["model.onnx"].startswith(checkpoint.weights)
    assert len(checkpoint.weights) == 12
    assert checkpoint.manifest["licence"]


def test_with_fixed_scales_a_text_is_the_same_in_any_company() -> None:
    checkpoint = open_checkpoint(CHECKPOINTS / "embedder")
    assert checkpoint.manifest["scales"] == "fixed"
    texts: list[Text] = [([101, *range(2000, 2000 + 3 * size), 102], [0] * (3 * size + 2)) for size in range(12)]
    alone = [checkpoint.run([text])[0] for text in texts]
    for order in (range(12), (11, 0, 5), (3, 3, 4)):
        together = checkpoint.run([texts[place] for place in order])
        assert all(np.array_equal(found, alone[place]) for found, place in zip(together, order, strict=True))


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json", "tokenizer_config.json"])
def test_one_changed_byte_is_refused_with_the_mend(copy: Path, file: str) -> None:
    data = bytearray((copy / file).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / file).write_bytes(data)
    with pytest.raises(CheckpointError, match=rf"{file} has SHA-256 .*git checkout"):
        verify(copy)


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json", "manifest.json"])
def test_a_missing_file_is_named(copy: Path, file: str) -> None:
    (copy / file).unlink()
    with pytest.raises(CheckpointError, match=f"{file} is missing"):
        verify(copy)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": 3}', '{"files": {"model.onnx": 1}}'])
def test_a_broken_manifest_is_refused(copy: Path, text: str) -> None:
    (copy / "manifest.json").write_text(text)
    with pytest.raises(CheckpointError):
        verify(copy)


def test_a_manifest_cannot_leave_out_the_network(copy: Path) -> None:
    manifest = json.loads((copy / "manifest.json").read_text())
    del manifest["files"]["model.onnx"]
    (copy / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(CheckpointError, match=r"model\.onnx"):
        verify(copy)
