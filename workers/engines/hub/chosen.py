"""The engines of the hub that the settings name: fetched, looked at, loaded."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from config.engines import Source, source
from config.settings import PREFIX, Settings
from workers.engines.hub.errors import CannotLoad
from workers.engines.hub.fetch import fetched, kept, pinned
from workers.engines.hub.folder import Folder, Unfit, look
from workers.engines.hub.kinds import require_embedder, require_extra, require_tagger, require_writer

Engine = TypeVar("Engine")
Require = Callable[[Folder, dict[str, str]], None]

REQUIRED: dict[str, Require] = {
    "summary_engine": require_writer,
    "entity_engine": require_tagger,
    "embedding_engine": require_embedder,
}
_TORCH_KB = 1_000_000  # torch itself, and what passes through the network
_LOADING = 3  # times the weights: as they are read, as they are kept, and half of that to spare


def prepare(chosen: Settings) -> None:
    """Download what is not on this machine, and look at all of it; torch is not imported. Raises CannotLoad."""
    for setting in REQUIRED:
        if (where := source(getattr(chosen, setting))) is not None:
            _folder(setting, where, chosen, fetched)


def memory_kb(chosen: Settings) -> int:
    """About what the engines of the hub take of a process's memory, in kB. Raises CannotLoad."""
    named = [(setting, where) for setting in REQUIRED if (where := source(getattr(chosen, setting)))]
    sizes = [_folder(setting, where, chosen, kept).size() for setting, where in named]
    return _TORCH_KB + _LOADING * sum(sizes) // 1000 if sizes else 0


def look_at(setting: str, chosen: Settings) -> Folder:
    """The checkpoint that the setting names, if it is on this machine and fits. Raises CannotLoad."""
    where = source(getattr(chosen, setting))
    assert where is not None, "the default engines are shipped"
    return _folder(setting, where, chosen, kept)


def load(setting: str, chosen: Settings, make: Callable[[str, Folder], Engine]) -> Engine:
    """The engine that the setting names, from what is on this machine. Raises CannotLoad."""
    where = source(getattr(chosen, setting))
    folder = look_at(setting, chosen)
    assert where is not None
    try:
        return make(where.name if where.where == "hub" else folder.path.resolve().name, folder)
    except Unfit as problem:
        raise _cannot(setting, where, problem) from problem


def _folder(setting: str, where: Source, chosen: Settings, get: Callable[[Source, Path], Path]) -> Folder:
    pins = chosen.data / "engines"
    try:
        require_extra()
        path = get(where, pins)
        folder = look(path, pinned(where, pins).revision or "")
        REQUIRED[setting](folder, chosen.entity_labels)
    except Unfit as problem:
        raise _cannot(setting, where, problem) from problem
    return folder


def _cannot(setting: str, where: Source, problem: Unfit) -> CannotLoad:
    return CannotLoad(PREFIX + setting.upper(), where, str(problem))
