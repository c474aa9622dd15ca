"""Load the engines once, in a process of its own, so that a worker that cannot have them says why and does not start.

Celery would log the error of each child, go on without engines, and fail every article.
"""

import subprocess
import sys
from collections.abc import Callable

from config.engines import DEFAULT
from config.settings import Settings, child_environment
from workers.child import CannotStart
from workers.engines.written import CannotWrite
from workers.runtime import Runtime, runtime

SENTENCE = "The harbour of Esbjerg was closed on Monday, Ines Holt said."


def try_engines(chosen: Settings) -> None:
    """Raise CannotStart, saying why, when engines of the hub cannot be loaded or fail on a first sentence."""
    if all(engine == DEFAULT for engine in (chosen.summary_engine, chosen.entity_engine, chosen.embedding_engine)):
        return
    command = (sys.executable, "-m", "workers.trial")
    done = subprocess.run(command, env=child_environment(), stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode < 0:
        raise CannotStart(f"Loading the engines ended by signal {-done.returncode}: is there too little memory?")
    if done.returncode:
        raise CannotStart(done.stderr.strip())


def main() -> None:
    """Exit status 2, and why on standard error, when an engine cannot be used."""
    try:
        _try(runtime())
    except CannotStart as reason:
        sys.stderr.write(f"{reason}\n")
        sys.exit(2)


def _try(loaded: Runtime) -> None:
    _first("COPYDESK_EMBEDDING_ENGINE", loaded.embedder.embed)
    _first("COPYDESK_ENTITY_ENGINE", loaded.tagger.tag)
    if loaded.writer is not None:
        _first("COPYDESK_SUMMARY_ENGINE", loaded.writer.write_all)


def _first(setting: str, call: Callable[[list[str]], object]) -> None:
    try:
        call([SENTENCE])
    except CannotWrite:
        return  # the network ran, and found that one sentence is nothing to summarize: that is an answer
    except Exception as error:  # whatever a strange network raises
        raise CannotStart(f"The engine of {setting} fails on a first sentence ({error!r}): choose another") from error


if __name__ == "__main__":
    main()
