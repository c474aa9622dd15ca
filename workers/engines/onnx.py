"""Open a checkpoint folder: check every file against its manifest, then load the network and its tokenizer."""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from workers.child import CannotStart
from workers.metrics import passed

CHECKPOINTS = Path(__file__).parent.parent / "checkpoints"
_MEND = "restore it with `git checkout -- {folder}`, reinstall Copydesk, or make it again (training/README.md)"

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
Text = tuple[Sequence[int], Sequence[int]]  # its tokens' numbers and types


class CheckpointError(CannotStart):
    """A checkpoint folder is incomplete or altered. The message names the file and the mend."""

    def __init__(self, file: Path, problem: str) -> None:
        super().__init__(f"{file} {problem}: {_MEND.format(folder=file.parent)}")


@dataclass(frozen=True)
class Checkpoint:
    """Weights on disk, verified and loaded."""

    name: str
    weights: str  # first 12 hex digits of the SHA-256 of model.onnx
    manifest: dict[str, Any]
    session: onnxruntime.InferenceSession
    tokenizer: Tokenizer

    def run(self, texts: Sequence[Text]) -> list[NDArray[np.float32]]:
        """The network's output for each text, in one call: shape (tokens, width).

        Shorter texts are padded to the longest. If the manifest says that the scales are fixed, a text's output is the
        same, bit by bit, alone and in any company; else only one text may go in a call (docs/decisions/0003).
        """
        shape = len(texts), max(len(ids) for ids, _ in texts)
        inputs = {name: np.zeros(shape, dtype=np.int64) for name in INPUTS}
        for row, (ids, types) in enumerate(texts):
            inputs["input_ids"][row, : len(ids)] = ids
            inputs["attention_mask"][row, : len(ids)] = 1
            inputs["token_type_ids"][row, : len(ids)] = types
        begun = time.perf_counter()
        outputs: NDArray[np.float32] = self.session.run(None, inputs)[0]
        passed(self.name, len(texts), time.perf_counter() - begun)
        return [output[: len(ids)] for output, (ids, _) in zip(outputs, texts, strict=True)]


def open_checkpoint(folder: Path) -> Checkpoint:
    """Verify and load a folder with manifest.json, model.onnx and tokenizer.json.

    Raises CheckpointError if a file is missing, altered or unreadable.
    """
    manifest = verify(folder)
    path = folder / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises the bare class
        raise CheckpointError(path, f"cannot be read ({error})") from error
    tokenizer.encode_special_tokens = True  # "[SEP]" in an article is text
    tokenizer.no_padding()
    tokenizer.no_truncation()
    weights = manifest["files"]["model.onnx"][:12]
    session = _session(folder / "model.onnx")
    longest = np.zeros((1, int(manifest["max_tokens"])), dtype=np.int64)
    session.run(None, dict.fromkeys(INPUTS, longest))  # takes its working memory now, not with the first long text
    return Checkpoint(manifest["name"], weights, manifest, session, tokenizer)


def verify(folder: Path) -> dict[str, Any]:
    """The manifest of a folder whose files all have the SHA-256 it names. Raises CheckpointError."""
    path = folder / "manifest.json"
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        files: dict[str, str] = {"model.onnx": "", "tokenizer.json": ""} | manifest["files"]
    except OSError as error:
        raise CheckpointError(path, "is missing or unreadable") from error
    except (ValueError, KeyError, TypeError) as error:
        raise CheckpointError(path, "is not a manifest") from error
    for name, expected in files.items():
        try:
            with (folder / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise CheckpointError(folder / name, "is missing or unreadable") from error
        if found != expected:
            said = str(expected)[:12] or "nothing"
            raise CheckpointError(folder / name, f"has SHA-256 {found[:12]}.. where its manifest says {said}")
    return manifest


def _session(path: Path) -> onnxruntime.InferenceSession:
    """One thread and no spinning: a worker process has one core. No further fusing: see training/graph.py."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.enable_mem_pattern = False  # one is kept for each length of a text: 2 MB, and no faster
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has a class of exception for each cause, none of them public
        raise CheckpointError(path, f"cannot be loaded ({error})") from error
