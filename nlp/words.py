"""Split a sentence into words as the Penn Treebank does, and name each word's letter case.

Training and inference both use these rules, so that the tagger sees at work what it saw in training.
"""

import re
from collections.abc import Iterator

from nlp.spans import Span

# Combining accents and joiners (soft hyphen, zero-width space and joiners, word joiner) belong to the word they sit in.
_LETTER = r"[\w\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff]"
_CLITIC = r"(?:s|re|ve|ll|d|m|S|RE|VE|LL|D|M)\b"
_NOT = r"[nN]['’][tT]\b"
_TITLES = (
    "Mr|Mrs|Ms|Dr|Prof|Sen|Sens|Rep|Reps|Gov|Gen|Lt|Col|Sgt|Capt|Cpl|Maj|Cmdr|Adm|Brig|Rev|Hon|Pres|Messrs|Mt|Ft|St|"
    "Jr|Sr|Inc|Corp|Co|Cos|Ltd|Bros|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|No"
)

# Every repetition is bounded or starts a word at most once, so that time stays linear in the length of the text.
_WORD = re.compile(
    rf"""
      (?:https?://|www\.) [^\s<>"]* [^\s<>".,;:!?)\]'’]              # an address of a page, without the stop after it
    | [\w.+-]{{1,64}} @ [\w-]{{1,64}} (?:\.[\w-]{{1,64}}){{1,8}}     # an e-mail address
    | [@\#] \w+                                                      # a handle or a hashtag
    | (?:[^\W\d_]\.){{2,16}}                                         # U.S., D.C.
    | (?:{_TITLES}|{_TITLES.upper()})\. (?!{_LETTER})               # Mr., SEN., Inc.
    | [A-Z]\. (?=\s*[^\s"'”’)])                                      # an initial, but not the stop of a sentence
    | \d+ (?:[.,:]\d+)* {_LETTER}*                                   # 1,200.50, 10:30, 1990s
    | {_NOT}
    | ['’]{_CLITIC}
    | {_LETTER}{{1,32}}? (?={_NOT})                                # do|n't
    | {_LETTER}+ (?: [&] {_LETTER}+ | \.(?=[a-z0-9]) {_LETTER}+ | ['’](?!{_CLITIC}) {_LETTER}+ )*  # AT&T, O'Hare
    | ([^\w\s])\1*                                                   # one mark, or a run of it: -- ... !!
    """,
    re.VERBOSE,
)
_PLAIN = str.maketrans("‘’‛“”„‟", "'''" + '"' * 4)

LOWER, CAPITALISED, CAPITALS, MIXED = range(4)


def split_words(text: str) -> Iterator[Span]:
    """Places of the words of `text`, in order. Together they cover everything but white space.

    Contractions come apart (do|n't, Iran|'s), hyphenated compounds too (U.S.|-|led); abbreviations keep their stop.
    """
    return (Span(*match.span()) for match in _WORD.finditer(text))


def plain(word: str) -> str:
    """The word with curly quotation marks made straight, as the training texts have them; its length is unchanged."""
    return word.translate(_PLAIN)


def letter_case(word: str) -> int:
    """0 lower or no letters, 1 Capitalised (or a lone capital), 2 CAPITALS, 3 miXed."""
    if word.islower() or word.lower() == word:
        return LOWER
    if word[:1].isupper() and (len(word) == 1 or word[1:].islower()):
        return CAPITALISED
    return CAPITALS if word.isupper() else MIXED
