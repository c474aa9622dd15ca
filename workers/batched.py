"""Engines behind a batcher: the tasks of many threads share the forward passes of one loaded checkpoint."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.spans import Mention
from workers.batching import Batcher
from workers.engines import Embeds, Tags, Writes

BUDGET = 8192  # padded tokens of one forward pass
BOUND = 4096  # texts that wait; a stage brings about 20


def tokens(text: str) -> int:
    """About as many as a text of a European language has, with the two marks around it."""
    return len(text) // 4 + 2


class BatchedEmbedder:
    """Turns texts into vectors, together with those of other threads."""

    def __init__(self, engine: Embeds, seconds: float) -> None:
        """`seconds` is the longest time for an answer, after which Overdue is raised; so in all engines here."""
        self.name, self.weights, self.dimensions = engine.name, engine.weights, engine.dimensions
        self._engine, self._seconds = engine, seconds
        self.batcher: Batcher[str, NDArray[np.float32]] = Batcher(self._rows, tokens, BUDGET, BOUND)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One L2-normalised row per text."""
        rows = self.batcher.ask(texts, self._seconds)
        return np.stack(rows) if rows else self._engine.embed([])  # whose shape says the width

    def _rows(self, texts: list[str]) -> list[NDArray[np.float32]]:
        return list(self._engine.embed(texts))


class BatchedTagger:
    """Finds names in sentences, together with those of other threads."""

    def __init__(self, engine: Tags, seconds: float) -> None:
        self.name, self.weights = engine.name, engine.weights
        self._seconds = seconds
        self.batcher: Batcher[str, list[Mention]] = Batcher(engine.tag, tokens, BUDGET, BOUND)

    def tag(self, sentences: Sequence[str]) -> list[list[Mention]]:
        """For each sentence its mentions, with offsets in that sentence."""
        return self.batcher.ask(sentences, self._seconds)


class BatchedWriter:
    """Writes texts anew, together with those of other threads."""

    def __init__(self, engine: Writes, seconds: float) -> None:
        self.name, self.weights = engine.name, engine.weights
        self._seconds = seconds
        self.batcher: Batcher[str, str] = Batcher(engine.write_all, tokens, BUDGET, BOUND)

    def write_all(self, texts: Sequence[str]) -> list[str]:
        """What the engine makes of each text."""
        return self.batcher.ask(texts, self._seconds)

    def write(self, text: str) -> str:
        """What the engine makes of the text."""
        return self.write_all([text])[0]
