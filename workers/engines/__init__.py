"""What each kind of engine does. An engine is a loaded checkpoint with one typed method over a batch."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nlp.spans import Mention, Span
from nlp.summary import Chosen


class Embeds(Protocol):
    """Turns texts into vectors."""

    name: str
    weights: str
    dimensions: int

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One L2-normalised row per text."""
        ...


class Tags(Protocol):
    """Finds names in sentences."""

    name: str
    weights: str

    def tag(self, sentences: Sequence[str]) -> list[list[Mention]]:
        """For each sentence its mentions, with offsets in that sentence."""
        ...


class Writes(Protocol):
    """Writes a summary in its own words."""

    name: str
    weights: str

    def write_all(self, texts: Sequence[str]) -> list[str]:
        """For each text its summary, plain text; "" when there is nothing to say."""
        ...

    def write(self, text: str) -> str:
        """The same for one text."""
        ...


class Summarizes(Protocol):
    """Chooses the sentences of a summary."""

    lineage: str

    def summarize(self, title: str, text: str, sentences: Sequence[Span]) -> list[Chosen]:
        """The chosen sentences in the order of the text."""
        ...
