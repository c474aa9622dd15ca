"""An archive of press releases, one after the other, through the search for duplicates in a real database."""

import gzip
import json
import time
from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import func, insert, select

from bench.databases import databases
from bench.duplicate_pairs import Pair
from models.article import Article
from models.duplicate import Band, Duplicate
from models.session import transaction
from nlp.fingerprints import text_hash
from nlp.passages import read, sketch
from tasks.bands import SHARED, candidates, save_bands
from tasks.duplicates import link_duplicates


def candidates_found(pairs: list[Pair]) -> float:
    """Per cent of the duplicates whose sketches have enough in common to be compared."""
    duplicates = [pair for pair in pairs if pair.duplicate]
    met = [len(set(sketch(p.passages[0])) & set(sketch(p.passages[1]))) >= SHARED for p in duplicates]
    return round(100 * sum(met) / len(met), 1)


def stream(data: Path, count: int) -> dict[str, Any]:
    """Put the first `count` articles through; milliseconds are medians of each tenth, this process's time and all."""
    with gzip.open(data / "bulk_senate_20k.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line in islice(file, count)]
    met: list[int] = []
    costs: list[tuple[float, float]] = []
    with databases() as server:
        server.use("duplicates")
        for row in rows:
            article_id = _arrive(row)
            body = row["text"]
            started = time.process_time(), time.perf_counter()
            _link(article_id, body)
            costs.append((time.process_time() - started[0], time.perf_counter() - started[1]))
            with transaction() as db:
                met.append(len(db.execute(candidates(), {"article": article_id}).all()))
        return {
            "articles": count,
            "candidates an article": {"mean": round(sum(met) / count, 2), "most": max(met)},
            "ms an article": _tenths(costs),
            **_stored(),
        }


def _arrive(row: dict[str, str]) -> int:
    with transaction() as db:
        facts = {"key": row["id"], "source": row["author"], "title": row["title"], "text": row["text"]}
        published = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC)
        article = insert(Article).values(**facts, published_at=published, text_hash=text_hash(row["text"]))
        return int(db.scalar(article.returning(Article.id)) or 0)


def _link(article_id: int, body: str) -> None:
    """As the neighbours task does it."""
    passages = read(body)
    with transaction() as db:
        save_bands(db, {article_id: passages})
    with transaction() as db:
        link_duplicates(db, {article_id: passages})


def _tenths(costs: list[tuple[float, float]]) -> dict[str, Any]:
    size = max(len(costs) // 10, 1)

    def ms(part: list[tuple[float, float]], which: int) -> float:
        return round(1000 * median(cost[which] for cost in part), 2)

    first, last = costs[:size], costs[-size:]
    return {
        "processor time of the worker": {"first tenth": ms(first, 0), "last tenth": ms(last, 0)},
        "whole time with PostgreSQL": {"first tenth": ms(first, 1), "last tenth": ms(last, 1)},
    }


def _stored() -> dict[str, Any]:
    with transaction() as db:
        bands = db.scalar(select(func.count()).select_from(Band)) or 0
        sizes = Counter(db.scalars(select(Duplicate.group_id)))
    return {
        "bands": bands,
        "groups": len(sizes),
        "articles in them": sum(sizes.values()),
        "largest": max(sizes.values(), default=0),
    }
