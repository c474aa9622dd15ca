"""Find names in sentences with a token-classification network of the hub, whatever its labels."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from nlp.labels import decode, roles
from nlp.spans import Mention, Span
from nlp.windows import windows
from nlp.words import plain, split_words
from workers.engines.hub.folder import Folder
from workers.engines.hub.network import Wanted, open_network

RULE = 1  # part of the lineage: raise it when what is found changes
_WORD_PIECES = 24  # of a longer word the network sees the beginning
_WORD_CHARACTERS = 256


class HubTagger:
    """A token-classification network. As in its training, the first piece of a word decides on the word."""

    def __init__(self, name: str, folder: Folder, labels: Mapping[str, str], wanted: Wanted) -> None:
        """Load the folder; `labels` gives labels their types. Raises Unfit."""
        self.roles = roles(folder.labels, labels)
        self._network = open_network(name, folder, "AutoModelForTokenClassification", wanted, RULE)
        self._room = self._network.limit - sum(map(len, self._network.marks))
        self.name, self.weights = name, self._network.weights

    def tag(self, sentences: Sequence[str]) -> list[list[Mention]]:
        """The names in each sentence, in order, at code points of that sentence; `score` is 0 to 1.

        A sentence longer than the network's window is read in overlapping windows. A score is that of the sentence
        alone within 1e-5 in single precision, 1e-2 in half, and so are the names, unless labels are as near as that.
        """
        words = [self._words(sentence) for sentence in sentences]
        chances = self._chances([[ids for _, ids in of_one] for of_one in words])
        return [
            [Mention(seen[a][0].start, seen[b - 1][0].end, kind, score) for a, b, kind, score in decode(c, self.roles)]
            for seen, c in zip(words, chances, strict=True)
        ]

    def _words(self, sentence: str) -> list[tuple[Span, list[int]]]:
        """Each word that the network can see, and its pieces."""
        spans = list(split_words(sentence))
        texts = [plain(sentence[start:end][:_WORD_CHARACTERS]) for start, end in spans]
        if not texts:
            return []
        encoded = self._network.tokenizer(texts, is_split_into_words=True, add_special_tokens=False)
        pieces: list[list[int]] = [[] for _ in spans]
        most = min(_WORD_PIECES, self._room // 2)
        for piece, word in zip(encoded["input_ids"], encoded.word_ids(), strict=True):
            if word is not None and len(pieces[word]) < most:
                pieces[word].append(piece)
        return [(span, ids) for span, ids in zip(spans, pieces, strict=True) if ids]

    def _chances(self, sentences: Sequence[Sequence[list[int]]]) -> list[NDArray[np.float32]]:
        """For each sentence the probability of each label at each word: shape (words, labels)."""
        found = [np.zeros((len(words), len(self.roles)), dtype=np.float32) for words in sentences]
        runs = [(place, *run) for place, words in enumerate(sentences) for run in _decided(words, self._room)]
        before, after = self._network.marks
        rows = [[*before, *(piece for ids in sentences[p][a:b] for piece in ids), *after] for p, a, b, _, _ in runs]
        with torch.inference_mode():
            for batch, inputs in self._network.batches(rows):
                chances = self._network.array(self._network.model(**inputs).logits.float().softmax(-1))
                for row, of_row in zip(batch, chances, strict=True):
                    place, start, stop, own, end = runs[row]
                    firsts = len(before) + np.cumsum([0, *(len(ids) for ids in sentences[place][start : stop - 1])])
                    found[place][own:end] = of_row[firsts][own - start : end - start]
        return found


def _decided(words: Sequence[list[int]], room: int) -> list[tuple[int, int, int, int]]:
    """(first word, one past the last, first decided, one past the last decided) of each window over the words."""
    found = list(windows([len(ids) for ids in words], room))
    ends = [*(own for _, own, _ in found), len(words)][1:]
    return [(start, stop, own, end) for (start, own, stop), end in zip(found, ends, strict=True)]
