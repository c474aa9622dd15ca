"""Search: by words, by meaning, or by both, of which each article's ranks are fused."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from tasks.errors import Unusable
from tasks.listing import PLAN_EACH, Filters, articles_by_id
from tasks.meaning import by_meaning, meaning
from tasks.snippets import snippets
from tasks.words import by_words, newest_with_words

How = Literal["both", "words", "meaning"]
Ranked = Sequence[tuple[int, float]]  # ids and scores, the best first
MOST_ASKED = 500  # characters of a query
FUSED = 100  # of each way, when both are asked
SECONDS = 5
K = 60  # Cormack, Clarke and Buettcher, "Reciprocal rank fusion outperforms Condorcet ...", SIGIR 2009
_BOUND = text(f"select set_config('statement_timeout', '{SECONDS}s', true)")
_TOOK_TOO_LONG = "57014"  # SQLSTATE query_canceled


def search(
    db: Connection, query: str, how: How = "both", filters: Filters = Filters(), limit: int = 20
) -> list[dict[str, Any]]:
    """The articles that answer best, as in `tasks.listing`, each with `score`, `ranks` and `snippet`.

    `score` is good for this query and this way to search only: of words `ts_rank_cd`, of meaning the cosine, of both
    the sum of 1 / (K + rank). `ranks` has the rank by each way that found it, from 1. To be called as the first of a
    transaction: the query's vector is made before anything is asked of the database.

    Raises Unusable when the embedder cannot be loaded, or when the search takes longer than SECONDS.
    """
    asked = None if how == "words" else meaning(query)
    most = max(limit, FUSED) if how == "both" else limit
    with _in_time(db):
        ways: dict[str, Ranked] = {}
        ways |= {} if how == "meaning" else {"words": by_words(db, query, filters, most)}
        ways |= {} if asked is None else {"meaning": by_meaning(db, asked, filters, most)}
        best = fused(ways)[:limit] if how == "both" else list(ways[how])
        return _shown(db, query, best, ways)


def newest(db: Connection, query: str, filters: Filters, limit: int) -> list[int]:
    """The ids of the newest articles that have the words, newest first. Raises Unusable as `search` does."""
    with _in_time(db):
        return newest_with_words(db, query, filters, limit)


@contextmanager
def _in_time(db: Connection) -> Iterator[None]:
    try:
        db.execute(_BOUND)
        db.execute(PLAN_EACH)
        yield
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _TOOK_TOO_LONG:
            raise
        raise Unusable(f"The search took longer than {SECONDS} s; ask for rarer words, or fewer days.") from None


def fused(ways: dict[str, Ranked]) -> list[tuple[int, float]]:
    """Ids and scores of all that were found, the best first: an article's score is the sum of 1 / (K + its rank)."""
    scores: dict[int, float] = {}
    for ranked in ways.values():
        for rank, (article_id, _) in enumerate(ranked, 1):
            scores[article_id] = scores.get(article_id, 0.0) + 1 / (K + rank)
    return sorted(scores.items(), key=lambda found: (-found[1], -found[0]))


def _shown(db: Connection, query: str, best: Ranked, ways: dict[str, Ranked]) -> list[dict[str, Any]]:
    ids = [article_id for article_id, _ in best]
    places = {way: {found[0]: rank for rank, found in enumerate(ranked, 1)} for way, ranked in ways.items()}
    facts, passages = articles_by_id(db, ids), snippets(db, query, ids)
    return [
        facts[article_id]
        | {
            "score": round(score, 6),
            "ranks": {way: ranks[article_id] for way, ranks in places.items() if article_id in ranks},
            "snippet": passages[article_id],
        }
        for article_id, score in best
        if article_id in facts  # deleted meanwhile
    ]
