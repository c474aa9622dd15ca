"""A database that already holds many done articles: loaded by COPY and in sets, its vector index built afterwards."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from time import perf_counter

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql

from models.stage import Stage

BATCH = 20_000  # vectors in memory at a time
COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_END = b"\xff\xff"
SPAN = "60 days"  # over which stored articles are spread: half of them are within the horizon of a new one
Matrix = NDArray[np.float32]


@dataclass
class Loaded:
    """What it took to store `articles`."""

    articles: int
    load_seconds: float
    index_seconds: float
    vectors_mb: float
    index_mb: float


@dataclass(frozen=True)
class Lineages:
    """Of vectors, and of links."""

    vectors: str
    links: str


def fill(
    url: str, batches: Iterator[Matrix], lineages: Lineages, terms: Sequence[dict[int, int]], build: dict[str, str]
) -> dict[str, float]:
    """Store an article, done, for each vector, evenly over the last SPAN.

    `terms` are the heaviest terms of real articles: each stored one has those of one of them, so that terms are as
    common as they are in news. `build` are settings of PostgreSQL for building the index.
    """
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("SET session_replication_role = replica")  # no foreign key to check row by row
        begun = perf_counter()
        with _without_vector_indexes(db, build) as seconds:
            count = _copy_vectors(db, batches, lineages.vectors)
            _write_articles(db, count)
            _write_compared(db, lineages.links, terms)
            loaded = perf_counter() - begun
        db.execute("VACUUM (ANALYZE)")
        db.execute("CHECKPOINT")
        return asdict(Loaded(count, round(loaded, 1), round(seconds[0], 1), *_megabytes(db)))


@contextmanager
def _without_vector_indexes(db: psycopg.Connection, build: dict[str, str]) -> Iterator[list[float]]:
    """Drop what HNSW indexes the tables have, and build the same ones at the end; gives the seconds that takes."""
    wanted = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'vectors' AND indexdef LIKE '%USING hnsw%'"
    found = db.execute(wanted).fetchall()
    assert found, "the migrations make an index over vectors"
    for name, _ in found:
        db.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    seconds: list[float] = []
    yield seconds
    for name, value in build.items():
        db.execute(sql.SQL("SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))
    begun = perf_counter()
    for _, definition in found:
        db.execute(definition)
    seconds.append(perf_counter() - begun)


def _copy_vectors(db: psycopg.Connection, batches: Iterator[Matrix], lineage: str) -> int:
    """Rows in PostgreSQL's binary COPY form, laid out by numpy, since a million pass through here."""
    count = 0
    with db.cursor().copy("COPY vectors (article_id, lineage, vector) FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(COPY_HEADER)
        for vectors in batches:
            copy.write(_rows(vectors, count + 1, lineage.encode()))
            count += len(vectors)
        copy.write(COPY_END)
    return count


def _rows(vectors: Matrix, first: int, lineage: bytes) -> bytes:
    """Each field is preceded by its length; halfvec is its width, a zero, and big-endian half floats."""
    width = vectors.shape[1]
    fields = (("fields", ">i2"), ("id_bytes", ">i4"), ("id", ">i8"), ("lineage_bytes", ">i4"))
    vector = (("vector_bytes", ">i4"), ("width", ">i2"), ("zero", ">i2"), ("vector", ">f2", (width,)))
    rows = np.zeros(len(vectors), dtype=[*fields, ("lineage", f"S{len(lineage)}"), *vector])
    rows["fields"], rows["id_bytes"], rows["id"] = 3, 8, np.arange(first, first + len(vectors))
    rows["lineage_bytes"], rows["lineage"] = len(lineage), lineage
    rows["vector_bytes"], rows["width"], rows["vector"] = 4 + 2 * width, width, vectors
    return rows.tobytes()


def _write_articles(db: psycopg.Connection, count: int) -> None:
    """Short texts, which no search reads, and all four stages done."""
    db.execute(
        """
        INSERT INTO articles (key, source, title, title_key, published_at, language, text, sentences)
        SELECT md5(i::text), 'Source ' || i %% 500, 'Title ' || i, 'title ' || i,
               now() - (%(count)s - i) * %(span)s::interval / %(count)s, 'en', repeat('Text of the article. ', 10),
               '{{0,20}}'
        FROM generate_series(1, %(count)s) i
        """,
        {"count": count, "span": SPAN},
    )
    db.execute("UPDATE vectors v SET at = a.published_at, version = 1 FROM articles a WHERE a.id = v.article_id")
    db.execute(
        """
        INSERT INTO stages (article_id, name, state, attempts, claims, version, lineage, finished_at)
        SELECT i, name, 'done', 1, 1, 1, 'bench', now() FROM generate_series(1, %s) i, unnest(%s::text[]) name
        """,
        (count, list(Stage)),
    )


def _write_compared(db: psycopg.Connection, lineage: str, terms: Sequence[dict[int, int]]) -> None:
    """Features of the usual size, alike to none; terms of real articles; bands that nobody shares."""
    db.execute(
        """
        INSERT INTO features (article_id, lineage, hashes, weights, names, numbers, shown, vector, published_at, at)
        SELECT id, %s, decode(repeat(md5(id::text), 50), 'hex'), decode(repeat('40', 200), 'hex'),
               decode(repeat('11', 25), 'hex'), decode(repeat('00', 25), 'hex'), '{Name}',
               decode(repeat(md5(id::text), 24), 'hex'), published_at, published_at FROM articles
        """,
        (lineage,),
    )
    db.execute("CREATE TEMPORARY TABLE real_terms (place int, key bigint, weight smallint)")
    with db.cursor().copy("COPY real_terms FROM STDIN") as copy:
        for place, some in enumerate(terms):
            for key, weight in some.items():
                copy.write_row((place, key, weight))
    db.execute(
        """
        INSERT INTO terms (article_id, key, weight, at) SELECT a.id, t.key, t.weight, a.published_at
        FROM articles a JOIN real_terms t ON t.place = (a.id * 7919) %% %s
        """,
        (len(terms),),
    )
    db.execute(
        """
        INSERT INTO bands (article_id, band) SELECT id, hashint8extended(id * 16 + n, 0)
        FROM articles, generate_series(0, 15) n
        """
    )


def _megabytes(db: psycopg.Connection) -> tuple[float, float]:
    row = db.execute("SELECT pg_table_size('vectors') / 1e6, pg_indexes_size('vectors') / 1e6").fetchone()
    assert row is not None
    return round(float(row[0]), 1), round(float(row[1]), 1)
