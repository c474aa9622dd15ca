"""How rare a word is in news at large: a fixed table, so that a score depends on two articles and on nothing else.

`training/rarity.py` makes the table and says from which texts.
"""

import gzip
import math
from functools import lru_cache
from importlib.resources import files

TABLE = "rarity.txt.gz"
FLOOR = 0.001  # occurrences an article that a word is given on top: what the table does not know is as rare as this
STEPS = 20  # a unit of rarity has as many steps in the table
RAREST = math.log(1 + 1 / FLOOR)  # 6.9, of a word that is not in the table
KNOWN_YEAR = "2001"


def rarity(key: str) -> float:
    """ln(1 + 1 / occurrences an article) of a word in lower case: 0.1 for "the", 6.9 for a word never seen."""
    return _table().get(key, (RAREST, True))[0]


def may_be_name(key: str) -> bool:
    """Whether a word usually has a capital, or is not in the table."""
    return _table().get(key, (RAREST, True))[1]


def rarity_of_rate(rate: float) -> float:
    """The rarity of a word that is in `rate` of the ten sentences of an article."""
    return math.log(1 + 1 / (rate + FLOOR))


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[float, bool]]:
    """A line of the file has the steps of a rarity, a tab, and its words, names with a capital."""
    text = gzip.decompress((files("nlp") / TABLE).read_bytes()).decode()
    table: dict[str, tuple[float, bool]] = {}
    for line in text.splitlines():
        steps, _, words = line.partition("\t")
        for word in words.split(" "):
            table[word.lower()] = int(steps) / STEPS, not word.islower() and not word[0].isdigit()
    return table
