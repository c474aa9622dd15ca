"""Find the names of people, organisations, places and other things in sentences."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from nlp.bio import decode
from nlp.spans import Mention
from nlp.windows import windows
from nlp.words import letter_case, plain, split_words
from workers.engines.onnx import CHECKPOINTS, open_checkpoint

_WORD_PIECES = 24  # of a longer word the network sees the beginning
_WORD_CHARACTERS = 256
_CLS, _SEP = 101, 102


class Pieces(NamedTuple):
    """The vocabulary number of each piece of a word, and the letter case of the part of the text it comes from."""

    ids: list[int]
    cases: list[int]


def encode(tokenizer: Tokenizer, words: Sequence[str]) -> list[Pieces]:
    """The pieces of each word. A word of control characters only has none."""
    texts = [plain(word[:_WORD_CHARACTERS]) for word in words]
    encoding = tokenizer.encode(texts, is_pretokenized=True, add_special_tokens=False)
    found = [Pieces([], []) for _ in words]
    tokens, offsets = encoding.tokens, encoding.offsets
    case = 0
    for index, (piece, word) in enumerate(zip(encoding.ids, encoding.word_ids, strict=True)):
        if word is None or len(found[word].ids) == _WORD_PIECES:
            continue
        if not tokens[index].startswith("##"):  # it and the "##" pieces after it share one case
            last = index
            while last + 1 < len(tokens) and tokens[last + 1].startswith("##"):
                last += 1
            case = letter_case(texts[word][offsets[index][0] : offsets[last][1]])
        found[word].ids.append(piece)
        found[word].cases.append(case)
    return found


class Tagger:
    """A token-classification network that reads letter case as token types, one thread."""

    def __init__(self, folder: Path = CHECKPOINTS / "tagger") -> None:
        """Load the folder. Raises CheckpointError."""
        self._checkpoint = open_checkpoint(folder)
        self.name = self._checkpoint.name
        self.weights = self._checkpoint.weights
        self.labels: tuple[str, ...] = tuple(self._checkpoint.manifest["labels"])
        self._room = int(self._checkpoint.manifest["max_tokens"]) - 2

    def tag(self, sentences: Sequence[str]) -> list[list[Mention]]:
        """The names in each sentence, in order, at code points of that sentence; `score` is 0 to 1.

        A sentence longer than the network's window is read in overlapping windows. What is found depends on the
        sentence alone: see `Checkpoint.run`.
        """
        return [self._mentions(sentence) for sentence in sentences]

    def _mentions(self, sentence: str) -> list[Mention]:
        spans = list(split_words(sentence))
        pieces = encode(self._checkpoint.tokenizer, [sentence[start:end] for start, end in spans])
        seen = [(span, some) for span, some in zip(spans, pieces, strict=True) if some.ids]
        chances = self._chances([some for _, some in seen])
        names = decode(chances, self.labels)
        return [Mention(seen[a][0].start, seen[b - 1][0].end, kind, score) for a, b, kind, score in names]

    def _chances(self, words: Sequence[Pieces]) -> NDArray[np.float32]:
        """The probability of each label at each word: shape (words, labels)."""
        found = np.zeros((len(words), len(self.labels)), dtype=np.float32)
        for start, own, stop in windows([len(word.ids) for word in words], self._room):
            found[own:stop] = self._run(words[start:stop])[own - start :]
        return found

    def _run(self, words: Sequence[Pieces]) -> NDArray[np.float32]:
        """Label probabilities at the first piece of each word."""
        ids = [_CLS, *(piece for word in words for piece in word.ids), _SEP]
        cases = [0, *(case for word in words for case in word.cases), 0]
        firsts = np.cumsum([1] + [len(word.ids) for word in words[:-1]])
        logits = self._checkpoint.run(ids, cases)[firsts]
        powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
        chances: NDArray[np.float32] = powers / powers.sum(axis=-1, keepdims=True)
        return chances
