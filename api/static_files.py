"""Styles and scripts, kept in memory, with addresses that change with their content."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi import Path as InPath

router = APIRouter(include_in_schema=False)

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
FOR_GOOD = "public, max-age=31536000, immutable"
ASK_EACH_TIME = "no-cache"


@dataclass(frozen=True)
class File:
    """A file as it is served; `mark` is the beginning of the hash of its content."""

    content: bytes
    media_type: str
    mark: str


@lru_cache
def files() -> dict[str, File]:
    """All files by name: no other name can be asked for, so no path leads out of the folder."""
    found = {path.name: path for path in FOLDER.iterdir() if path.suffix in TYPES}
    return {name: _read(path) for name, path in found.items()}


def _read(path: Path) -> File:
    content = path.read_bytes()
    return File(content, TYPES[path.suffix], hashlib.sha256(content).hexdigest()[:16])


def address(name: str) -> str:
    """Where the file of this name is, with the mark of its content, so that browsers may keep it for good."""
    return f"/static/{name}?v={files()[name].mark}"


def serve(request: Request, file: File, cache: str) -> Response:
    """The file, or 304 when the browser has it."""
    headers = {"ETag": f'"{file.mark}"', "Cache-Control": cache}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(file.content, media_type=file.media_type, headers=headers)


@router.api_route("/static/{name}", methods=["GET", "HEAD"])
def show(request: Request, name: Annotated[str, InPath(max_length=100)], v: str = "") -> Response:
    """A file. Under its own mark it never changes; under none or an old one it is asked for each time."""
    file = files().get(name)
    if file is None:
        raise HTTPException(404, f"There is no file {name}")
    return serve(request, file, FOR_GOOD if v == file.mark else ASK_EACH_TIME)
