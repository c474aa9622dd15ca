"""A worker whose parser and tagger crash, never return, or take all memory over certain words: `-A poisoned`."""

import ctypes
import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

import tasks.ingest
import workers.process
import workers.runtime
from nlp.extract import Extracted, extract
from nlp.formats import Document
from nlp.spans import Mention
from workers.app import app
from workers.engines.tagger import Tagger
from workers.runtime import Runtime

__all__ = ["app"]


def _crash() -> None:
    ctypes.string_at(0)


def _hang() -> None:
    threading.Event().wait()


def _hang_in_native_code() -> None:
    sum(itertools.repeat(0))  # no signal is handled before it returns


def _take_all_memory() -> None:
    held = []
    while True:
        held.append(bytes(10**8))


POISONS: dict[str, Callable[[], None]] = {
    "Medusa": _crash,
    "Sisyphus": _hang,
    "Tantalus": _hang_in_native_code,
    "Behemoth": _take_all_memory,
}


def _taste(text: str) -> None:
    for word, poison in POISONS.items():
        if word in text:
            poison()


class Poisoned(Tagger):
    """The shipped tagger, save for these words."""

    def tag(self, sentences: Sequence[str]) -> list[list[Mention]]:
        _taste(" ".join(sentences))
        return super().tag(sentences)


def _extract(document: Document) -> Extracted:
    if document.source == "Hell":
        _taste(document.body)
    return extract(document)


@lru_cache(maxsize=1)
def _runtime(load: object = workers.runtime.runtime) -> Runtime:
    return replace(load(), tagger=Poisoned())  # type: ignore[operator]


tasks.ingest.extract = _extract
for module in (workers.runtime, workers.process):  # some tasks are imported later, and find this one
    module.runtime = _runtime  # type: ignore[attr-defined, assignment]
