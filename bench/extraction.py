"""How well articles are cut out of pages: ours beside trafilatura alone, on the article-extraction-benchmark."""

import argparse
import gzip
import json
import re
import time
from collections import Counter
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from statistics import mean
from typing import Any

from bench.report import bar, print_report
from nlp.extract import extract
from nlp.formats import Document

FILE = "extract_aeb.jsonl.gz"
_TOKEN = re.compile(r"\w+")
Shares = tuple[float, float, float]


def shingle_shares(true: str, found: str, size: int = 4) -> Shares:
    """The shares of right, surplus and missing shingles of four words, of all in either text.

    Metric of https://github.com/scrapinghub/article-extraction-benchmark (evaluate.py).
    """
    wanted, got = _shingles(true, size), _shingles(found, size)
    counts = (wanted & got).total(), (got - wanted).total(), (wanted - got).total()
    every = sum(counts) or 1
    return counts[0] / every, counts[1] / every, counts[2] / every


def _shingles(text: str, size: int) -> Counter[tuple[str, ...]]:
    words = _TOKEN.findall(text)
    found = (tuple(words[place : place + size]) for place in range(max(1, len(words) - size + 1)))
    return Counter(filter(None, found))


def scores(pages: list[Shares]) -> dict[str, float]:
    """Precision and recall averaged over pages that have any, and the F1 of these two means."""
    precision = mean(right / (right + surplus) for right, surplus, _ in pages if right + surplus)
    recall = mean(right / (right + missing) for right, _, missing in pages if right + missing)
    f1 = 2 * precision * recall / (precision + recall)
    return {"f1": round(f1, 4), "precision": round(precision, 4), "recall": round(recall, 4)}


def _ours(page: dict[str, Any]) -> str:
    return extract(Document("html", page["html"], page.get("url") or "")).text


def _trafilatura(page: dict[str, Any]) -> str:
    import trafilatura

    return trafilatura.extract(page["html"], include_comments=False) or ""


def run(data: Path, most: int | None) -> None:
    """Both extractors over the same pages, page by page in turn; prints what was found."""
    shares: dict[str, list[Shares]] = {"ours": [], "baseline": []}
    spent = dict.fromkeys(shares, 0.0)
    with gzip.open(data / FILE, "rt", encoding="utf-8") as lines:
        for page in map(json.loads, islice(lines, most)):
            for name, read in (("ours", _ours), ("baseline", _trafilatura)):
                start = time.perf_counter()
                text = read(page)
                spent[name] += time.perf_counter() - start
                shares[name].append(shingle_shares(page["articleBody"], text))
    _print(shares, spent)


def _print(shares: dict[str, list[Shares]], spent: dict[str, float]) -> None:
    pages = len(shares["ours"])
    ours, baseline = (scores(shares[name]) | {"ms_a_page": round(spent[name] * 1000 / pages, 1)} for name in shares)
    print_report(
        "extraction",
        [bar("F1", 0.960, ours["f1"]), bar("F1, not below trafilatura", baseline["f1"], ours["f1"])],
        baseline={"name": "trafilatura", **baseline},
        ours={"pages": pages, **ours},
        versions={name: version(name) for name in ("trafilatura", "lxml")},
    )


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m bench.extraction", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help=f"the folder that holds {FILE}")
    parser.add_argument("--short", action="store_true", help="the first 120 pages: ends within 50 seconds")
    given = parser.parse_args()
    run(given.data, 120 if given.short else None)


if __name__ == "__main__":
    main()
