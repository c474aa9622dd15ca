"""Turn texts into vectors whose dot product says how alike the texts are."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workers.engines.onnx import CHECKPOINTS, open_checkpoint

_CHARACTERS = 100_000  # no text needs more to yield its first 256 tokens


class Embedder:
    """A sentence-embedding network (mean pooling, L2 normalisation), one thread."""

    dimensions = 384

    def __init__(self, folder: Path = CHECKPOINTS / "embedder") -> None:
        """Load the folder. Raises CheckpointError."""
        self._checkpoint = open_checkpoint(folder)
        self.name = self._checkpoint.name
        self.weights = self._checkpoint.weights
        self._checkpoint.tokenizer.enable_truncation(int(self._checkpoint.manifest["max_tokens"]))

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape (texts, 384), in the order of the texts; of each, the first 256 tokens count.

        One text a call: a lead fills a batch by itself, and none is padded.
        """
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for place, text in enumerate(texts):
            ids = self._checkpoint.tokenizer.encode(text[:_CHARACTERS]).ids
            total = self._checkpoint.run([(ids, [0] * len(ids))])[0].sum(axis=0)  # a mean's direction is its sum's
            vectors[place] = total / np.linalg.norm(total)
        return vectors
