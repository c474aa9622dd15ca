"""A checkpoint's folder: what is read of it, what is refused of it before anything is loaded, and its identity."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# All that is ever read, and so all that is downloaded and hashed. No code, and no pickle: that can be code, too.
PATTERNS = (
    *("model*.safetensors", "model.safetensors.index.json", "config.json", "generation_config.json"),
    *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"),
    *("vocab.txt", "vocab.json", "merges.txt"),
    *("modules.json", "sentence_bert_config.json", "config_sentence_transformers.json", "*_Pooling/config.json"),
)
WEIGHTS = "model.safetensors"
CODE = ("config.json", "tokenizer_config.json")  # where a checkpoint names Python files of its own


class Unfit(Exception):
    """The checkpoint cannot be used; the message, after its name, says why and what to do."""


@dataclass(frozen=True)
class Folder:
    """A checkpoint on this machine, looked at and not loaded."""

    path: Path
    config: dict[str, Any]
    commit: str = ""  # of the hub

    @property
    def architectures(self) -> tuple[str, ...]:
        """The classes of transformers that its weights were saved from."""
        return tuple(self.config.get("architectures") or ())

    @property
    def labels(self) -> tuple[str, ...]:
        """What its outputs mean, in order."""
        named = self.config.get("id2label") or {}
        return tuple(str(named[place]) for place in sorted(named, key=int))

    def json(self, name: str) -> Any:
        """What a file of it says; {} when there is no such file. Raises Unfit when it is no JSON."""
        return _json(self.path / name) if (self.path / name).is_file() else {}

    def identity(self, rule: int) -> str:
        """12 hex digits over the names and contents of all files that are read, and the rule they are read by.

        Before them, those of the commit if it came from the hub.
        """
        total = hashlib.sha256(str(rule).encode())
        for file in _files(self.path):
            with file.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
            total.update(f"\n{file.relative_to(self.path)} {digest}".encode())
        return f"{self.commit[:12]}.{total.hexdigest()[:12]}".lstrip(".")

    def size(self) -> int:
        """Bytes of its weights."""
        return sum(file.stat().st_size for file in self.path.glob("model*.safetensors"))


def look(path: Path, commit: str = "") -> Folder:
    """The folder, with all that loading will need. Raises Unfit when something is missing, or is code."""
    if not path.is_dir():
        raise Unfit("there is no such folder")
    if not (path / "config.json").is_file():
        raise Unfit("the folder has no config.json, so it holds no checkpoint of transformers")
    folder = Folder(path, _json(path / "config.json"), commit)
    for name in CODE:
        if "auto_map" in folder.json(name):
            raise Unfit(f"it brings code of its own (auto_map in {name}), which Copydesk never runs: choose another")
    _require_weights(folder)
    if not any((path / name).is_file() for name in ("tokenizer.json", "vocab.txt", "vocab.json")):
        raise Unfit("it has no tokenizer.json; save its tokenizer again with transformers' save_pretrained")
    return folder


def _require_weights(folder: Folder) -> None:
    index = folder.json("model.safetensors.index.json")
    wanted = sorted(set(index["weight_map"].values())) if "weight_map" in index else [WEIGHTS]
    missing = [name for name in wanted if not (folder.path / name).is_file()]
    if missing:
        pickled = any(folder.path.glob("*.bin")) and ", only a .bin, which can hold code"
        mend = "save it again with transformers' save_pretrained, or choose a checkpoint that has it"
        raise Unfit(f"it has no {missing[0]}{pickled or ''}: {mend}")


def _json(file: Path) -> Any:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Unfit(f"its {file.name} cannot be read ({error})") from error
    if not isinstance(found, dict | list):
        raise Unfit(f"its {file.name} is not what it should be")
    return found


def _files(path: Path) -> Iterator[Path]:
    """The files that are read, in a fixed order."""
    yield from sorted({file for pattern in PATTERNS for file in path.glob(pattern) if file.is_file()})
