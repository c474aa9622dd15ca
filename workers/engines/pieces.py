"""Words as the tagger's network reads them: pieces of its vocabulary, each with its letter case."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from tokenizers import Tokenizer

from nlp.words import letter_case, plain
from workers.memory import Memory

CLS, SEP = 101, 102
_WORD_PIECES = 24  # of a longer word the network sees the beginning
_WORD_CHARACTERS = 256
REMEMBERED = 10_000  # words, about 3 MB; three times as many would save .2 ms an article
LONGEST_REMEMBERED = 32  # characters


class Pieces(NamedTuple):
    """The vocabulary number of each piece of a word, and the letter case of the part of the text it comes from."""

    ids: tuple[int, ...]
    cases: tuple[int, ...]


def remembered(tokenizer: Tokenizer) -> Memory[Pieces]:
    """What `encode` says of words: most of an article's were in earlier ones."""
    return Memory(partial(encode, tokenizer), REMEMBERED, LONGEST_REMEMBERED)


def encode(tokenizer: Tokenizer, words: Sequence[str]) -> list[Pieces]:
    """The pieces of each word. A word of control characters only has none."""
    texts = [plain(word[:_WORD_CHARACTERS]) for word in words]
    encoding = tokenizer.encode(texts, is_pretokenized=True, add_special_tokens=False)
    found: list[tuple[list[int], list[int]]] = [([], []) for _ in words]
    tokens, offsets = encoding.tokens, encoding.offsets
    case = 0
    for index, (piece, word) in enumerate(zip(encoding.ids, encoding.word_ids, strict=True)):
        if word is None or len(found[word][0]) == _WORD_PIECES:
            continue
        if not tokens[index].startswith("##"):  # it and the "##" pieces after it share one case
            last = index
            while last + 1 < len(tokens) and tokens[last + 1].startswith("##"):
                last += 1
            case = letter_case(texts[word][offsets[index][0] : offsets[last][1]])
        found[word][0].append(piece)
        found[word][1].append(case)
    return [Pieces(tuple(ids), tuple(cases)) for ids, cases in found]
