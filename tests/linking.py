"""Articles put into the tables and linked without engines: vectors are drawn from the words."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zlib import crc32

import numpy as np
from sqlalchemy import text

from models.session import transaction
from nlp.pairs import features
from nlp.terms import profile, tokens
from tasks.likeness import Arriving, link, save_features
from tasks.placing import place

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
EVENTS = (
    "Arson damaged the Wasilla Bible Church. Palin called the blaze appalling. Larry Kroon, its pastor, thanked James "
    "Steele of the fire department. Investigators found accelerant. The damage is put at 1,000,000 dollars.",
    "Klitschko stopped Hasim Rahman in Mannheim. The heavyweight kept his belts with an uppercut. Rahman had beaten "
    "Lennox Lewis. The referee Tony Weeks ended the bout after 44 seconds of the round. Emanuel Steward trained him.",
    "Dockers in Hamburg walked out at the Altenwerder terminal. Verdi counted 1,200 strikers. Katrin Voss called the "
    "offer of Nordquai an insult. Eleven container ships wait in the German Bight. A mediator begins on Thursday.",
    "AMD buys SeaMicro for 334 million dollars. Andrew Feldman stays on. Intel had supplied the Xeon processors of its "
    "microservers. Rory Read promised Opteron servers. Analysts at Gartner praised the fabric.",
)


def event_text(event: int, number: int) -> str:
    """One article of an event: its sentences from another place on, one left out, and words of its own."""
    sentences = EVENTS[event].split(". ")
    turned = sentences[number % len(sentences) :] + sentences[: number % len(sentences)]
    own = f"Reporter{event}x{number} wrote {'once more ' * (number % 3)}on the {number} of the month"
    return ". ".join([*turned[:-1], own]) + "."


def add(key: str, body: str, *, title: str = "", published: datetime | None = NOW, source: str = "") -> Arriving:
    """An article with its vector, about to be linked."""
    vector = _vector(body)
    with transaction() as db:
        article_id = db.scalar(
            text(
                "insert into articles (key, title, text, source, published_at) values (:k, :t, :b, :s, :p) returning id"
            ),
            {"k": key, "t": title, "b": body, "s": source, "p": published},
        )
        db.execute(
            text(
                "insert into vectors (article_id, lineage, vector, at) values (:id, 'drawn', cast(:v as halfvec), :at)"
            ),
            {"id": article_id, "v": str(vector), "at": published or NOW},
        )
    assert article_id is not None
    return arriving(article_id, title, body, published)


def arriving(article_id: int, title: str, body: str, published: datetime | None = NOW) -> Arriving:
    vector = _vector(body)
    return Arriving(
        article_id, profile(title, body), features(profile(title, body), vector, published), "drawn", published or NOW
    )


def _vector(body: str) -> list[float]:
    rows = [np.random.default_rng(crc32(token.key.encode())).standard_normal(384) for token in tokens(body)]
    total = np.sum(rows, axis=0) if rows else np.ones(384)
    return [round(float(x), 6) for x in total / np.linalg.norm(total)]


def link_all(articles: Iterable[Arriving], together: int = 1) -> None:
    """As the neighbours task does it: features committed, then links and stories, some articles a transaction."""
    waiting = list(articles)
    for start in range(0, len(waiting), together):
        some: Sequence[Arriving] = waiting[start : start + together]
        with transaction() as db:
            save_features(db, some)
        with transaction() as db:
            place(db, link(db, some))


def links() -> set[tuple[object, ...]]:
    """All links with their evidence, articles by key."""
    return _rows(
        "select a.key, b.key, n.score, n.cosine, n.hours from neighbours n "
        "join articles a on a.id = article_id join articles b on b.id = neighbour_id"
    )


def told() -> set[frozenset[str]]:
    """The stories, each as the keys of its articles."""
    rows = _rows(
        "select s.id, array_agg(a.key order by a.key), s.size from stories s join story_members m on m.story_id = s.id "
        "join articles a on a.id = m.article_id where s.merged_into is null group by s.id"
    )
    assert all(size == len(keys) for _, keys, size in rows)  # type: ignore[arg-type]
    return {frozenset(keys) for _, keys, _ in rows}  # type: ignore[arg-type]


def everything() -> list[set[tuple[object, ...]]]:
    """All rows of the tables that linking writes."""
    return [
        _rows(f"select * from {name}")
        for name in ("features", "terms", "neighbours", "stories", "story_members", "story_events")
    ]


def _rows(statement: str) -> set[tuple[object, ...]]:
    with transaction() as db:
        found = db.execute(text(statement)).all()
    return {tuple(tuple(v) if isinstance(v, list) else v for v in row) for row in found}


def days(count: float) -> timedelta:
    return timedelta(days=count)
