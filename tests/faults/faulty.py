"""A worker that can be caught in the middle of things, told by files in the folder FAULTS: `-A faulty`.

`hold`: its tagger goes from one forward pass to the next until it is killed. `unsent`: who takes the file away is
killed, parent and all, after a commit and before it has sent what follows.
"""

import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import tasks.stages
import workers.process
import workers.runtime
from nlp.spans import Mention
from workers.app import app
from workers.engines.tagger import Tagger
from workers.runtime import Runtime

__all__ = ["app"]

FOLDER = Path(os.environ["FAULTS"])
_publish = tasks.stages.publish


class Held(Tagger):
    """The shipped tagger, save while it is held."""

    def tag(self, sentences: Sequence[str]) -> list[list[Mention]]:
        while (FOLDER / "hold").exists():
            (FOLDER / "inside").write_text(str(os.getppid()))
            super().tag(sentences)
        return super().tag(sentences)


def _publish_or_die(*arguments: Any, **options: Any) -> None:
    with suppress(FileNotFoundError):
        (FOLDER / "unsent").unlink()
        os.kill(os.getppid(), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)
    _publish(*arguments, **options)


@lru_cache(maxsize=1)
def _runtime(load: object = workers.runtime.runtime) -> Runtime:
    return replace(load(), tagger=Held())  # type: ignore[operator]


tasks.stages.publish = _publish_or_die
for module in (workers.runtime, workers.process):  # some tasks are imported later, and find this one
    module.runtime = _runtime  # type: ignore[attr-defined, assignment]
