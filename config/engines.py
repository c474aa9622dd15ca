"""What a setting may say of an engine: `default`, `hub:NAME[@REVISION]` or `path:FOLDER`; and the table of labels."""

import json
import re
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode

DEFAULT = "default"
TYPES = ("PER", "ORG", "LOC", "MISC")
_NAME = re.compile(r"[\w-][\w.-]*(?:/[\w-][\w.-]*)?", re.ASCII)
_REVISION = re.compile(r"\w[\w./-]*", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}")


class Source(NamedTuple):
    """Where a checkpoint is: a folder of this machine, or a name on the hub."""

    where: Literal["hub", "path"]
    name: str
    revision: str | None = None  # of the hub; None: the newest

    @property
    def is_pinned(self) -> bool:
        """Whether the revision is a commit, which no one can change. A branch or a tag can be moved."""
        return self.revision is not None and _COMMIT.fullmatch(self.revision) is not None

    def __str__(self) -> str:
        return f"{self.where}:{self.name}" + (f"@{self.revision}" if self.revision else "")


def source(engine: str) -> Source | None:
    """Where the checkpoint of an engine is; None for the default one. Raises ValueError, saying how to write it."""
    where, mark, rest = engine.partition(":")
    if engine == DEFAULT:
        return None
    if where == "path" and rest:
        return Source("path", str(Path(rest).expanduser()))
    name, at, revision = rest.partition("@")
    if where == "hub" and _NAME.fullmatch(name) and (not at or _REVISION.fullmatch(revision)):
        return Source("hub", name, revision or None)
    raise ValueError(
        "write default, hub:OWNER/NAME@COMMIT or path:FOLDER" + ("" if mark else f"; did you mean hub:{engine}?")
    )


def _checked(engine: str) -> str:
    source(engine)
    return engine


def _table(value: object) -> object:
    """The table from its JSON; pydantic-settings would tell of wrong JSON without naming the variable."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ValueError(f'it is no JSON ({error}); write {{"GPE": "LOC", "DATE": ""}}') from None


def _known_types(table: dict[str, str]) -> dict[str, str]:
    wrong = [f"{label!r}: {kind!r}" for label, kind in table.items() if kind not in (*TYPES, "")]
    if wrong:
        raise ValueError(f'{", ".join(wrong)}: a type is {", ".join(TYPES)}, or "" to drop the label')
    return table


Engine = Annotated[str, AfterValidator(_checked)]
Labels = Annotated[dict[str, str], NoDecode, BeforeValidator(_table), AfterValidator(_known_types)]
