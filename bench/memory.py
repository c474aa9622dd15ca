"""What the workers' processes hold in memory: `python -m bench.memory [--short] [--articles N] [--data FOLDER]`.

After the first articles and after N more (20,000: half an hour on 2 cores), all with the real engines: press releases
as HTML, and every tenth a real page, since it is parsers that leak. Each ingest child is replaced after some articles,
so "highest" is the most any process of that kind held after any batch. Linux only.
"""

import argparse
import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from importlib.metadata import version
from itertools import cycle
from pathlib import Path
from typing import Any

from bench.databases import databases
from bench.flow import SAMPLES, bulk, document, put_through, workers
from bench.processes import descendants, memory_mb
from bench.report import bar, print_report
from nlp.formats import Document

PAGES = "extract_aeb.jsonl.gz"
START = 100  # articles before the first look: engines and parsers take their working memory with the first ones
BATCH = 512
LIMITS = {"nlp": 350, "ingest": 200, "backfill": 350}  # MB; the last has nothing to do here
GROWTH = 0.05

Sizes = dict[str, dict[str, float]]  # of "nlp parent", "nlp child", ...; of several children the largest


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description=__doc__)
    parser.add_argument("--short", action="store_true", help="60 articles after the first 40: ends within 50 seconds")
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    given = parser.parse_args()
    run(given.data, *((40, 60) if given.short else (START, given.articles)))


def run(data: Path, first: int, articles: int) -> None:
    """Look at the workers after the first articles and after each further batch, and print."""
    coming = _documents(data)
    with databases() as server:
        server.use("memory")
        with workers(server.logs) as pids:
            put_through([next(coming) for _ in range(first)])
            looks = [_look(pids)]
            for start in range(0, articles, BATCH):
                put_through([next(coming) for _ in range(min(BATCH, articles - start))])
                looks.append(_look(pids))
    print_report(
        "memory",
        _bars(looks),
        baseline={"articles": first, **looks[0]},
        ours={"articles": first + articles, **looks[-1], "highest rss": _highest(looks)},
        versions={name: version(name) for name in ("celery", "onnxruntime", "lxml", "py3langid")},
        on_the_way={f"{kind} child, rss": _thinned(kind, looks) for kind in LIMITS},
    )


def _documents(data: Path) -> Iterator[Document]:
    """Without end: press releases as pages, every tenth a real page, under an address of its own."""
    pages = cycle(_pages(data))
    for number, one in enumerate(cycle(bulk(data, 0, 20_000))):
        url = f"https://example.org/{number}"
        if number % 10 == 9:
            yield Document("html", next(pages), url)
        else:
            yield replace(document(one), kind="html", url=url, body=_page(one))


def _pages(data: Path) -> list[str]:
    """Real ones; without them our samples."""
    if not (data / PAGES).exists():
        return [file.read_text(encoding="utf-8") for file in sorted(SAMPLES.glob("*.html"))]
    with gzip.open(data / PAGES, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["html"] for line in lines]


def _page(one: dict[str, str]) -> str:
    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in one["text"].split("\n") if part.strip())
    return (
        f"<html><head><title>{escape(one['title'])}</title></head><body><article>{paragraphs}</article></body></html>"
    )


def _look(pids: dict[str, int]) -> Sizes:
    """Each worker's parent, and the largest of its children."""
    found: Sizes = {}
    for kind, pid in pids.items():
        found[f"{kind} parent"] = memory_mb(pid)
        found[f"{kind} child"] = max((memory_mb(child) for child in descendants(pid)), key=lambda sizes: sizes["rss"])
    return found


def _highest(looks: list[Sizes]) -> dict[str, float]:
    return {name: max(look[name]["rss"] for look in looks) for name in looks[0]}


def _thinned(kind: str, looks: list[Sizes]) -> list[float]:
    """Some twenty of the looks."""
    return [look[f"{kind} child"]["rss"] for look in looks[:: len(looks) // 20 + 1]]


def _bars(looks: list[Sizes]) -> list[dict[str, Any]]:
    bars = []
    for name, highest in _highest(looks).items():
        limit = LIMITS[name.split()[0]]
        grown = looks[-1][name]["rss"] / looks[0][name]["rss"] - 1
        bars.append(bar(f"{name}: highest RSS in MB", limit, highest, below=True))
        bars.append(bar(f"{name}: growth of RSS", GROWTH, round(grown, 3), below=True))
    return bars


if __name__ == "__main__":
    main()
