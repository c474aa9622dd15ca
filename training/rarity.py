"""Count how rare words are in news at large: `python -m training.rarity [--data FOLDER]` writes nlp/rarity.txt.gz.

Counted are texts without a claim or under CC BY: press releases of the US Senate and sentences of the Voice of America,
WikiGold, WNUT-17 and re3d (its parts by governments). No text is shipped, only how often words occur.
"""

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from nlp.rarity import RAREST, STEPS, TABLE, rarity_of_rate
from nlp.terms import tells_a_name, tokens

ARTICLE = 10  # sentences: what a sentence's share is multiplied by
GOLD = ("wikigold", "wnut17", "re3d-CENTCOM", "re3d-UK", "re3d-US", "re3d-Australian")
PRESS = 0.3  # what press releases count: they are all of one kind, and hold words that are rare elsewhere


def main() -> None:
    """Write the table: a line for each step of rarity, with its words in order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("nlp") / TABLE)
    options = parser.parse_args()
    rates: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for texts, worth in _sources(options.data):
        rates.update(_rates(texts, worth, capital))
    steps: dict[int, list[str]] = {}
    for word, rate in rates.items():
        step = round(rarity_of_rate(rate) * STEPS)
        if step < round(RAREST * STEPS) - STEPS // 4:  # nearer to the rarest it makes no difference
            steps.setdefault(step, []).append(word.capitalize() if capital[word] > 0 else word)
    lines = (f"{step}\t{' '.join(sorted(words))}" for step, words in sorted(steps.items()))
    packed = gzip.compress("\n".join(lines).encode(), mtime=0)
    options.out.write_bytes(packed)
    print(f"{sum(map(len, steps.values()))} words, {len(packed)} bytes")


def _sources(data: Path) -> Iterator[tuple[Iterator[str], float]]:
    """Texts, and what being in every one of them counts."""
    yield _releases(data / "bulk_senate_20k.jsonl.gz"), PRESS
    yield _sentences(data / "ner_train_gmb_voa_silver.jsonl", ("gmb-voa",)), ARTICLE
    yield _sentences(data / "ner_train_gold_small.jsonl", GOLD), ARTICLE


def _releases(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from (f"{one['title']}\n{one['text']}" for one in map(json.loads, lines))


def _sentences(path: Path, sources: tuple[str, ...]) -> Iterator[str]:
    with path.open(encoding="utf-8") as lines:
        yield from (" ".join(one["tokens"]) for one in map(json.loads, lines) if one["source"] in sources)


def _rates(texts: Iterable[str], worth: float, capital: Counter[str]) -> dict[str, float]:
    """Also counts in `capital`: above 0 for a word that has one four times in five, where no sentence begins."""
    counts: Counter[str] = Counter()
    number = 0
    for text in texts:
        number += 1
        found = list(tokens(text))
        counts.update({token.key for token in found})
        for token in found:
            if token.form == token.key:
                capital[token.key] -= 4  # a name has its capital four times in five
            elif tells_a_name(token):
                capital[token.key] += 1
    return {word: worth * count / number for word, count in counts.items()}


if __name__ == "__main__":
    main()
