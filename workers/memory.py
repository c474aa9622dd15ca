"""What was made of texts, kept for when they come again."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Memory(Generic[Made]):
    """Remembers texts in two halves: when the newer one is full it becomes the older one, whose texts are forgotten.

    What is asked for again moves to the newer half, so that what comes often stays. Not for several threads at once.
    """

    def __init__(self, make: Callable[[Sequence[str]], Sequence[Made]], most: int, longest: int) -> None:
        """`make` gives one for each of some texts, alike in any company. At most `most` texts are remembered, none of
        more than `longest` characters."""
        self._make = make
        self._half, self._longest = max(most // 2, 1), longest
        self._newer: dict[str, Made] = {}
        self._older: dict[str, Made] = {}

    def __len__(self) -> int:
        return len(self._newer.keys() | self._older.keys())

    def of(self, texts: Sequence[str]) -> list[Made]:
        """What `make` says of each text. Not to be changed: others get the same object."""
        found: dict[str, Made] = {}
        new: dict[str, None] = {}
        for text in texts:
            if text in self._newer:
                found[text] = self._newer[text]
            elif text in self._older:
                found[text] = self._older[text]
                self._keep(text, found[text])
            else:
                new[text] = None
        if new:
            for text, made in zip(new, self._make(list(new)), strict=True):
                found[text] = made
                if len(text) <= self._longest:
                    self._keep(text, made)
        return [found[text] for text in texts]

    def _keep(self, text: str, made: Made) -> None:
        if len(self._newer) >= self._half:
            self._older, self._newer = self._newer, {}
        self._newer[text] = made
