"""Names put together across articles: `python -m bench.aliases [--short] [--list] [--data FOLDER]`.

On press releases that the rules were not made with (every twentieth, from the thirteenth on). How many things get
several names, how many definitions are given up as ambiguous, and how many pairs of long names that do not agree are
chained by an acronym, beside the naive way: whoever is defined in brackets is the same everywhere. `--list` prints
merges, to be judged by hand: there is no labelled set that may be used.
"""

import argparse
import gzip
import json
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from importlib.metadata import version
from itertools import combinations, islice
from pathlib import Path
from typing import Any

from bench.report import bar, print_report
from nlp.aliases import find_aliases
from nlp.meanings import DEFINITION, FORM, NEEDED, agree
from nlp.mentions import Thing, group
from nlp.names import Name
from nlp.partition import Holds, Link, partition
from nlp.sentences import split_sentences
from nlp.spans import Mention
from workers.engines.tagger import Tagger

EVERY, FIRST = 20, 13
LISTED = 100


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="the first 200 articles only")
    parser.add_argument("--list", action="store_true", help="print some merges to standard error, for a judge")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    with gzip.open(options.data / "bulk_senate_20k.jsonl.gz", "rt") as lines:
        texts = [json.loads(line)["text"] for line in islice(lines, FIRST, None, EVERY)]
    names, links, spent = _learn(texts[: 200 if options.short else None])
    result = partition(names, links, [])
    roots, defined = result.roots, [link for link in links if link.rule == DEFINITION]
    given_up = sum(link.articles for link in defined if result.holds[link] != Holds.EVERYWHERE)
    naive = partition(names, [Link(FORM, *link[1:]) for link in defined], []).roots  # spellings are never weighed
    chained = _chained(names, roots, defined)
    print_report(
        "aliases",
        [bar("pairs of long names chained that do not agree", 1, chained, below=True)],
        baseline={"pairs chained that do not agree": _chained(names, naive, defined)},
        ours={
            "pairs chained that do not agree": chained,
            "names": len(names),
            "things of several names": sum(count > 1 for count in Counter(roots.values()).values()),
            "definitions": sum(link.articles for link in defined),
            "of these given up as ambiguous": given_up,
            "processor ms an article": spent,
        },
        versions={"onnxruntime": version("onnxruntime")},
    )
    if options.list:
        live = [link for link in links if result.holds[link] == Holds.EVERYWHERE]
        for link in random.Random(1).sample(live, min(LISTED, len(live))):
            print(link.rule, names[link.alias], names[link.whole], sep="\t", file=sys.stderr)


def _learn(texts: Iterable[str]) -> tuple[dict[int, Name], list[Link], float]:
    """All names, all links that count, and the processor time an article of finding evidence."""
    tagger, ids, said, spent = Tagger(), dict[Name, int](), Counter[tuple[str, int, int]](), []
    for text in texts:
        things = _things(tagger, text)
        begun = time.process_time()
        found = find_aliases(text, things)
        spent.append(time.process_time() - begun)
        for thing in things:
            ids.setdefault(Name(thing.type, thing.key), len(ids))
        said.update((alias.rule, ids[alias.alias], ids[alias.whole]) for alias in found)
    links = [Link(*key, count) for key, count in said.items() if count >= NEEDED.get(key[0], 1)]
    return {id_: name for name, id_ in ids.items()}, links, round(1000 * sum(spent) / len(spent), 2)


def _things(tagger: Tagger, text: str) -> list[Thing]:
    spans = split_sentences(text)
    tagged = tagger.tag([text[start:end] for start, end in spans])
    places = [
        Mention(start + m.start, start + m.end, m.type, m.score)
        for (start, _), found in zip(spans, tagged, strict=True)
        for m in found
    ]
    return group(text, places)


def _chained(names: dict[int, Name], roots: dict[int, int], defined: Iterable[Link]) -> int:
    """Pairs of long names of one thing by these roots that do not agree."""
    wholes: dict[int, set[str]] = defaultdict(set)
    for link in defined:
        wholes[roots[link.whole]].add(names[link.whole].key)
    pairs: Any = (pair for keys in wholes.values() for pair in combinations(sorted(keys), 2))
    return sum(not agree(pair) for pair in pairs)


if __name__ == "__main__":
    main()
