"""What the engines alone can do: one process per core, texts sorted by length, no broker and no database."""

import multiprocessing
import time
from collections.abc import Sequence
from multiprocessing.pool import Pool
from typing import Any

from nlp.likeness import lead
from nlp.sentences import split_sentences

Text = tuple[str, str]  # headline and text


class Ceiling:
    """Loaded engines, a process per core, waiting for texts."""

    def __init__(self, cores: int) -> None:
        self._pool: Pool = multiprocessing.get_context("spawn").Pool(cores, _load)
        self._cores = cores
        self._pool.map(_work, [[("", "Warm.")]] * cores, chunksize=1)

    def seconds(self, texts: Sequence[Text]) -> float:
        """Until the last process has ended its share."""
        ordered = sorted(texts, key=lambda one: len(one[1]))
        shares = [ordered[n :: self._cores] for n in range(self._cores)]
        begun = time.perf_counter()
        self._pool.map(_work, shares, chunksize=1)
        return time.perf_counter() - begun

    def close(self) -> None:
        """End the processes."""
        self._pool.terminate()
        self._pool.join()


def _load() -> None:
    from workers.runtime import runtime

    runtime()


def _work(texts: list[Text]) -> int:
    from workers.runtime import runtime

    engines: Any = runtime()
    spans = [split_sentences(text) for _, text in texts]
    sentences = sorted((text[a:b] for (_, text), some in zip(texts, spans, strict=True) for a, b in some), key=len)
    engines.tagger.tag(sentences)
    engines.embedder.embed([lead(title, text, some) for (title, text), some in zip(texts, spans, strict=True)])
    for (title, text), some in zip(texts, spans, strict=True):
        engines.summarizer.summarize(title, text, some)
    return len(texts)
