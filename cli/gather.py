"""The user's files, folders, addresses and standard input, as documents."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nlp.errors import Unreadable
from nlp.formats import Document, Refused, split
from tasks.errors import Unusable
from tasks.receive import check

LARGEST_FILE = 1_000_000_000  # bytes


@dataclass
class Gathered:
    """What was found, and what had to be refused: (where, reason)."""

    documents: list[Document] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def gather(paths: list[str]) -> Gathered:
    """Every document behind the paths: files, folders (all files below, hidden ones not), http addresses, or `-`.

    Raises Unusable when there is nothing at all behind them.
    """
    found = Gathered()
    for path in paths:
        if path.startswith(("http://", "https://")):
            _take(found, path, Document("text", "", url=path))
        elif path == "-":
            _read(found, "standard input", sys.stdin.buffer.read(LARGEST_FILE))
        else:
            _read_below(found, Path(path))
    if not found.documents and not found.refused:
        raise Unusable(f"There is no article in {', '.join(paths)}.")
    return found


def _read_below(found: Gathered, path: Path) -> None:
    try:
        for file in _files(found, path):
            _read_file(found, file)
    except OSError as error:  # a name too long to be one, a folder that may not be entered
        found.refused.append((str(path)[:200], f"cannot be read: {error.strerror}"))


def _files(found: Gathered, path: Path) -> Iterator[Path]:
    if path.is_dir():
        below = (p for p in sorted(path.rglob("*")) if p.is_file())
        yield from (p for p in below if not any(part.startswith(".") for part in p.relative_to(path).parts))
    elif path.is_file():
        yield path
    else:
        found.refused.append((str(path), "there is no such file or folder"))


def _read_file(found: Gathered, file: Path) -> None:
    try:
        if file.stat().st_size > LARGEST_FILE:
            found.refused.append((str(file), f"larger than {LARGEST_FILE:,} bytes; split it"))
        else:
            _read(found, str(file), file.read_bytes())
    except OSError as error:
        found.refused.append((str(file), f"cannot be read: {error.strerror}"))


def _read(found: Gathered, where: str, data: bytes) -> None:
    try:
        for item in split(data):
            if isinstance(item, Refused):
                found.refused.append((f"{where}, {item.where}", item.reason))
            else:
                _take(found, where, item)
    except Unreadable as error:
        found.refused.append((where, str(error)))


def _take(found: Gathered, where: str, document: Document) -> None:
    try:
        check(document)
    except Unusable as error:
        found.refused.append((where, str(error)))
    else:
        found.documents.append(document)
