"""A worker whose tagger ends its process, or never returns, over certain words: `-A poisoned`."""

import os
import signal
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import workers.process
import workers.runtime
from nlp.spans import Mention
from workers.app import app
from workers.engines.tagger import Tagger
from workers.runtime import Runtime

__all__ = ["app"]

DEADLY, ENDLESS = "Medusa", "Sisyphus"  # a crash of native code looks like a kill from outside


class Poisoned(Tagger):
    """The shipped tagger, save for two words."""

    def tag(self, sentences: Sequence[str]) -> list[list[Mention]]:
        if any(DEADLY in sentence for sentence in sentences):
            os.kill(os.getpid(), signal.SIGSEGV)
        if any(ENDLESS in sentence for sentence in sentences):
            threading.Event().wait()
        return super().tag(sentences)


@lru_cache(maxsize=1)
def _runtime(load: object = workers.runtime.runtime) -> Runtime:
    return replace(load(), tagger=Poisoned())  # type: ignore[operator]


for module in (workers.runtime, workers.process):  # tasks are imported later, and find this one
    module.runtime = _runtime  # type: ignore[attr-defined, assignment]
