"""How feeds of every kind of trouble are read: ours beside feedparser alone, on the feeds of feedparser's own tests."""

import argparse
import base64
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

from bench.report import bar, print_report
from nlp.errors import Unreadable
from nlp.formats.polled import read_polled

FILE = "feeds_feedparser.jsonl"
SLOW_SECONDS = 5.0


@dataclass
class Read:
    """What one of the two made of the feeds."""

    entries: list[int] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    crashed: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def _ours(data: bytes, media_type: str) -> int:
    polled = read_polled(data, "http://feeds.example/feed", media_type)
    return len(polled.entries) + len(polled.refused)


def _feedparser(data: bytes, media_type: str) -> int:
    import feedparser

    headers = {"content-type": media_type} if media_type else {}
    return len(feedparser.parse(BytesIO(data), response_headers=headers).entries)


def _feeds(file: Path, most: int | None) -> Iterator[tuple[str, bytes, str]]:
    """Path, bytes and media type of each."""
    with file.open(encoding="utf-8") as lines:
        for feed in map(json.loads, islice(lines, most)):
            data = feed["xml"].encode() if feed["xml"] is not None else base64.b64decode(feed["xml_base64"])
            headers = (line.partition(":") for line in feed["http_headers"])
            said = {name.strip().lower(): value.strip() for name, _, value in headers}
            yield feed["path"], data, said.get("content-type", "")


def _try(into: Read, path: str, read: Callable[[], int]) -> None:
    start, entries = time.perf_counter(), 0
    try:
        entries = read()
    except Unreadable as reason:
        into.refused[str(reason).partition(":")[0][:60]] += 1
    except Exception as error:
        into.crashed.append(f"{path}: {type(error).__name__}")
    into.seconds.append(time.perf_counter() - start)
    into.entries.append(entries)


def run(file: Path, most: int | None) -> None:
    """Both over the same feeds, one by one in turn; prints what was found."""
    ours, baseline = Read(), Read()
    for path, data, media_type in _feeds(file, most):
        _try(ours, path, lambda: _ours(data, media_type))  # noqa: B023 - called at once
        _try(baseline, path, lambda: _feedparser(data, media_type))  # noqa: B023
    _print(ours, baseline)


def _print(ours: Read, baseline: Read) -> None:
    fewer = sum(mine < theirs for mine, theirs in zip(ours.entries, baseline.entries, strict=True))
    print_report(
        "feeds",
        [
            bar("feeds that crash the reader", 1, len(ours.crashed), below=True),
            bar("feeds with fewer entries than feedparser finds", 1, fewer, below=True),
            bar("seconds of the slowest feed", SLOW_SECONDS, round(max(ours.seconds), 3), below=True),
        ],
        baseline={"name": "feedparser", **_told(baseline)},
        ours=_told(ours) | {"refused": dict(ours.refused)},
        versions={"feedparser": version("feedparser")},
    )


def _told(read: Read) -> dict[str, Any]:
    return {
        "feeds": len(read.entries),
        "entries": sum(read.entries),
        "crashed": read.crashed,
        "ms_a_feed": round(1000 * sum(read.seconds) / max(1, len(read.seconds)), 2),
    }


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m bench.feeds", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help=f"the folder that holds {FILE}")
    parser.add_argument("--short", action="store_true", help="the first 500 feeds")
    given = parser.parse_args()
    run(given.data / FILE, 500 if given.short else None)


if __name__ == "__main__":
    main()
