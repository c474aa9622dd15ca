"""Which of Celery's pools the nlp worker uses."""

from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from typing import Literal

from config.settings import Settings

Pool = Literal["prefork", "threads"]
Device = Literal["cpu", "cuda"]


def choose_pool(wanted: Literal["auto", "prefork", "threads"], device: Device, engines: Iterable[str]) -> Pool:
    """Threads that share the engines when one of these runs on CUDA, else a process per core.

    The default engines never do: they are made for one core. `docs/decisions/0008-batching.md` has the figures.
    """
    if wanted != "auto":
        return wanted
    return "threads" if device == "cuda" and any(engine != "default" for engine in engines) else "prefork"


def nlp_pool(settings: Settings) -> Pool:
    """The pool of the nlp worker with these settings, on this machine."""
    engines = [str(value) for name, value in settings if name.endswith("_engine")]
    looked_for = settings.nlp_pool == "auto" and any(engine != "default" for engine in engines)
    return choose_pool(settings.nlp_pool, _device(settings.device) if looked_for else "cpu", engines)


def _device(wanted: Literal["auto", "cpu", "cuda"]) -> Device:
    if wanted != "auto":
        return wanted
    return "cuda" if find_spec("torch") and import_module("torch").cuda.is_available() else "cpu"
