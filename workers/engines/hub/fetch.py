"""From the name of a checkpoint to a folder of this machine: pinned to one commit, downloaded once."""

import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from config.engines import Source
from workers.engines.hub.folder import PATTERNS, Unfit

log = logging.getLogger(__name__)

_TIMEOUT = 20.0  # seconds for the hub to name its newest commit
_TYPED = "look at its page on the hub, or use path:FOLDER"


def fetched(source: Source, pins: Path) -> Path:
    """The folder of the checkpoint, downloaded if it is not on this machine. Raises Unfit."""
    if source.where == "path":
        return Path(source.name)
    commit = pinned(source, pins)
    try:
        return _snapshot(commit, network=False)
    except Unfit:
        _newest(commit)  # says so at once if the hub is away; a download tries for half a minute
        return _snapshot(commit, network=True)


def kept(source: Source, pins: Path) -> Path:
    """The folder of a checkpoint that is on this machine already; asks no network. Raises Unfit."""
    return Path(source.name) if source.where == "path" else _snapshot(pinned(source, pins, _nobody), network=False)


def pinned(source: Source, pins: Path, ask: Callable[[Source], str] | None = None) -> Source:
    """The same with a commit as its revision: its own, else what the hub said when first asked, kept in `pins`.

    Raises Unfit when the hub cannot be asked, or does not know it.
    """
    if source.where == "path" or source.is_pinned:
        return source
    pin = pins / f"{source.name}@{source.revision or 'newest'}".replace("/", "--")
    if not pin.exists():
        commit = (ask or _newest)(source)
        _keep(pin, commit)
        log.warning("%s is pinned to %s from now on (kept in %s)", source, source._replace(revision=commit), pin)
    return source._replace(revision=pin.read_text().strip())


def _keep(pin: Path, commit: str) -> None:
    """Write the pin, whole or not at all, unless another process was first: all have to read the same."""
    pin.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=pin.parent) as new, suppress(FileExistsError):
        new.write(commit)
        new.flush()
        os.link(new.name, pin)


def _nobody(source: Source) -> str:
    raise Unfit("it was never downloaded: start it with `copydesk worker nlp`, `run` or `up`, which download it")


def _newest(source: Source) -> str:
    from huggingface_hub import HfApi

    try:
        found: str | None = HfApi().model_info(source.name, revision=source.revision, timeout=_TIMEOUT).sha
    except Exception as error:
        raise Unfit(_why(error)) from error
    if found is None:
        raise Unfit(f"the hub names no commit of it: {_TYPED}")
    return found


def _snapshot(source: Source, *, network: bool) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils import disable_progress_bars

    if not sys.stderr.isatty():
        disable_progress_bars()
    wanted = {"revision": source.revision, "allow_patterns": [*PATTERNS], "local_files_only": not network}
    try:
        return Path(snapshot_download(source.name, **wanted))
    except Exception as error:
        raise Unfit(_why(error)) from error


def _why(error: Exception) -> str:
    """The hub's client raises errors of its own, of whichever HTTP library it uses, and of the file system."""
    from huggingface_hub import errors

    match error:
        case errors.GatedRepoError():
            return "its owner must let you in: ask on its page on the hub, then set HF_TOKEN to your token"
        case errors.RevisionNotFoundError():
            return f"the hub knows it, but not that revision: {_TYPED}"
        case errors.RepositoryNotFoundError():
            return f"the hub knows no such name, or it is private and HF_TOKEN is not set: {_TYPED}"
        case errors.HFValidationError():
            return f"that is no name of the hub: {_TYPED}"
    said = str(error.__cause__ or error).strip().partition("\n")[0]
    return f"it is not on this machine and cannot be had from the hub ({said}): mend that, or use path:FOLDER"
