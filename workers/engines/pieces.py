"""Words as the tagger's network reads them: pieces of its vocabulary, each with its letter case."""

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from tokenizers import Tokenizer

from nlp.words import letter_case, plain

CLS, SEP = 101, 102
_WORD_PIECES = 24  # of a longer word the network sees the beginning
_WORD_CHARACTERS = 256
_REMEMBERED = 32  # characters of the longest word worth remembering


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


class Vocabulary:
    """Remembers the pieces of words that it was asked for: most words of an article were in earlier ones."""

    def __init__(self, tokenizer: Tokenizer, most: int = 10_000) -> None:
        """Of `most` words, about 4 MB, all are forgotten. Three times as many would save .2 ms an article."""
        self._tokenizer = tokenizer
        self._most = most
        self._known: dict[str, Pieces] = {}

    def __len__(self) -> int:
        return len(self._known)

    def pieces(self, words: Sequence[str]) -> list[Pieces]:
        """What `encode` says of each word. Not to be changed: others get the same lists."""
        known = self._known
        new = list(dict.fromkeys(word for word in words if word not in known))
        fresh = dict(zip(new, encode(self._tokenizer, new), strict=True)) if new else {}
        found = [known[word] if word in known else fresh[word] for word in words]
        kept = {word: pieces for word, pieces in fresh.items() if len(word) <= _REMEMBERED}
        if len(known) + len(kept) > self._most:
            self._known = {}
        self._known.update(islice(kept.items(), self._most))
        return found
