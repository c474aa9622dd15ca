"""What runs the engines' networks fastest: `python -m bench.kernels [--short] [--data FOLDER]`.

Processor time, one thread: the tagger's network over the sentences of an article, one a call and in batches of like
length within a budget of padded tokens; the embedder's over an article's headline and lead. All ways take turns at
every article, after a round that is not counted, in which OpenVINO makes its kernels for each new shape.
"""

import argparse
import gzip
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bench.entities import versions
from bench.kernel_ways import WAYS, Run
from bench.report import bar, print_report
from nlp.likeness import lead
from nlp.packing import pack
from nlp.sentences import split_sentences
from workers.engines.embedder import Embedder
from workers.engines.onnx import Checkpoint, Text
from workers.engines.tagger import Tagger

BUDGET = 128
PACKAGES = ("onnxruntime", "openvino", "nncf", "ctranslate2", "onnx", "torch", "transformers")
BASELINE = "ONNX Runtime's optimizer, dynamic"
Article = tuple[list[str], str]  # its sentences; its headline and lead


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="4 articles instead of 20, and no OpenVINO")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    texts = articles(options.data, 4 if options.short else 20)
    tagger, embedder = Tagger(), Embedder()
    whole = {
        "tag() of an article, ms": _ms(lambda: [tagger.tag(sentences) for sentences, _ in texts], len(texts)),
        "embed() of a lead, ms": _ms(lambda: [embedder.embed([first]) for _, first in texts], len(texts)),
    }
    results: dict[str, Any] = {}
    skipped: dict[str, str] = {}
    for kind, engine in (
        ("tagger", lambda one: tagger.tag(one[0])),
        ("embedder", lambda one: embedder.embed([one[1]])),
    ):
        rows = [_read(engine, one) for one in texts]
        with redirect_stdout(sys.stderr):  # NNCF talks
            ways, missing = _ways(kind, [row for some in rows for row in some][:150], short=options.short)
        skipped |= missing
        results[kind] = compare(ways, rows, alone_only=kind == "embedder")
    report(results, skipped, whole, len(texts))


def articles(data: Path, count: int) -> list[Article]:
    """Evenly spaced press releases."""
    with gzip.open(data / "bulk_senate_20k.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line, _ in zip(lines, range(100 * count), strict=False)][::100]
    found = []
    for record in records:
        spans = split_sentences(record["text"])
        sentences = [record["text"][start:end] for start, end in spans]
        found.append((sentences, lead(record["title"], record["text"], spans)))
    return found


def compare(ways: dict[str, Run], rows: Sequence[Sequence[Text]], *, alone_only: bool) -> dict[str, dict[str, float]]:
    """Each way's median milliseconds an article; and how far a batch moves a text's output from its own alone."""
    spent: dict[str, dict[str, list[float]]] = {name: {"one a call": [], "batches": []} for name in ways}
    apart = dict.fromkeys(ways, 0.0)
    for turn, some in enumerate([*rows, *rows]):
        if turn == len(rows):  # all that was timed so far is warming up
            spent = {name: {"one a call": [], "batches": []} for name in ways}
        batches = pack([len(ids) for ids, _ in some], BUDGET)
        for name, run in ways.items():
            begun = time.process_time()
            alone = [run([text])[0] for text in some]
            spent[name]["one a call"].append(time.process_time() - begun)
            begun = time.process_time()
            together = [run([some[place] for place in batch]) for batch in batches]
            spent[name]["batches"].append(time.process_time() - begun)
            apart[name] = max(apart[name], _apart(some, batches, alone, together))
    found = {}
    for name, times in spent.items():
        found[name] = {f"ms an article, {how}": round(1000 * median(each), 2) for how, each in times.items()}
        found[name]["most that a batch changes"] = round(apart[name], 6)
        if alone_only:  # one lead an article: nothing shares its call
            found[name] = {"ms a lead": found[name]["ms an article, one a call"]}
    return found


def _apart(texts: Sequence[Text], batches: list[list[int]], alone: Sequence[Any], together: Sequence[Any]) -> float:
    worst = 0.0
    for batch, outputs in zip(batches, together, strict=True):
        for place, output in zip(batch, outputs, strict=True):
            size = len(texts[place][0])
            worst = max(worst, float(np.abs(output[:size] - alone[place][:size]).max()))
    return worst


def report(results: dict[str, Any], skipped: dict[str, str], whole: dict[str, float], count: int) -> None:
    """Ours beside the rest; `tag()` and `embed()` are the engines as a whole."""
    bars = []
    for kind, figures in results.items():
        alone = {name: next(iter(found.values())) for name, found in figures.items()}  # one text a call, as shipped
        if BASELINE in alone:
            got = round(alone[BASELINE] / alone["ours, shipped"], 2)
            bars.append(bar(f"{kind}: times as fast as ONNX Runtime's own optimizer", 1.1, got))
    ours = {kind: {name: found for name, found in some.items() if "ours" in name} for kind, some in results.items()}
    rest = {kind: {name: found for name, found in some.items() if "ours" not in name} for kind, some in results.items()}
    print_report(
        "kernels",
        bars,
        baseline=rest | {"skipped": skipped},
        ours=ours | whole,
        versions=versions(*PACKAGES),
        articles=count,
    )


def _ways(kind: str, texts: Sequence[Text], *, short: bool) -> tuple[dict[str, Run], dict[str, str]]:
    """What is installed, and why the rest is not here."""
    ways: dict[str, Run] = {}
    skipped: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as name:
        try:
            from bench.fp32 import unpack

            unpack(kind, Path(name) / "torch")
        except ImportError as error:
            skipped["all but ours"] = str(error)
        for way, make in WAYS.items():
            if short and "OpenVINO" in way:
                skipped[way] = "not with --short"
                continue
            try:
                ways[way] = make(kind, Path(name), texts)
            except ImportError as error:
                skipped[way] = str(error)
    return ways, skipped


def _read(engine: Any, one: Article) -> list[Text]:
    """What the engine hands to its network for an article."""
    found: list[Text] = []
    run = Checkpoint.run
    Checkpoint.run = lambda self, texts: found.extend(texts) or run(self, texts)  # type: ignore[method-assign,func-returns-value]
    try:
        engine(one)
    finally:
        Checkpoint.run = run  # type: ignore[method-assign]
    return found


def _ms(work: Any, count: int) -> float:
    """Milliseconds of processor time an article, the median of three rounds after a first."""
    work()
    times = []
    for _ in range(3):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return round(1000 * median(times) / count, 2)


if __name__ == "__main__":
    main()
