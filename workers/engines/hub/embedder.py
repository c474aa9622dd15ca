"""Turn texts into vectors with an encoder of the hub."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from workers.engines.hub.folder import Folder
from workers.engines.hub.network import Wanted, open_network
from workers.engines.hub.pooling import reading

RULE = 1  # part of the lineage: raise it when vectors change
_CHARACTERS_A_TOKEN = 50  # what is longer than that for each token read is cut before it is tokenized


class HubEmbedder:
    """A sentence-embedding network, pooled as its files say, L2-normalised, of any width."""

    def __init__(self, name: str, folder: Folder, wanted: Wanted) -> None:
        """Load the folder. Raises Unfit."""
        self._network = open_network(name, folder, "AutoModel", wanted, RULE)
        self._reading = reading(folder)
        self._most = min(self._network.limit, self._reading.most or self._network.limit)
        self.name, self.weights = name, self._network.weights
        self.dimensions = int(self._network.model.config.hidden_size)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape (texts, dimensions), in the order of the texts; of each, its first tokens count.

        A vector is that of its text alone within 1e-5 in single precision, 1e-2 in half.
        """
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        rows = [self._ids(text) for text in texts]
        with torch.inference_mode():
            for batch, inputs in self._network.batches(rows):
                hidden = self._network.model(**inputs).last_hidden_state.float()
                vectors[batch] = self._network.array(self._pooled(hidden, inputs["attention_mask"]))
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.finfo(np.float32).tiny)
        return vectors

    def _ids(self, text: str) -> list[int]:
        text = self._reading.prompt + text[: self._most * _CHARACTERS_A_TOKEN]
        text = text.lower() if self._reading.lower else text
        ids: list[int] = self._network.tokenizer(text, truncation=True, max_length=self._most)["input_ids"]
        return ids

    def _pooled(self, hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        if self._reading.pooling == "cls":
            return hidden[:, 0]
        seen: Any = mask[:, :, None].float()
        mean: torch.Tensor = (hidden * seen).sum(1) / seen.sum(1)
        return mean
