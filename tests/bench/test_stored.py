"""A database loaded for bench.growth answers as one filled by tasks would."""

from pathlib import Path

import numpy as np
from sqlalchemy import text

from bench.likely_vectors import Likely, nearest
from bench.stored import fill
from config.settings import settings
from models.session import session
from tasks.neighbours import _most_alike
from workers.embedded import Postgres

DRAWN = Likely(np.eye(384, dtype=np.float32)[:40]).draw(60, seed=1)


def loaded(desk: Path) -> None:
    url = Postgres(desk).client_url
    fill(url, iter([DRAWN[:50], DRAWN[50:]]), "made@up", {"maintenance_work_mem": "64MB"})


def test_a_loaded_vector_is_found_by_the_search_of_the_task(desk: Path) -> None:
    loaded(desk)
    with session() as db:
        best, cosine = _most_alike(db, 0, DRAWN[57].tolist(), "made@up")[0]
    assert best == 58  # ids count from 1
    assert cosine > 0.999


def test_the_search_finds_what_numpy_finds(desk: Path) -> None:
    loaded(desk)
    with session() as db:
        found = _most_alike(db, 4, DRAWN[3].tolist(), "made@up")
    places, cosines = nearest(DRAWN[3:4], DRAWN, 10)
    wanted = [int(p) + 1 for p, c in zip(places[0], cosines[0], strict=True) if p != 3 and c > settings().min_cosine]
    assert [i for i, _ in found] == wanted[: settings().neighbours]


def test_loading_leaves_the_index_as_the_migrations_made_it(desk: Path) -> None:
    wanted = text("SELECT indexdef FROM pg_indexes WHERE tablename = 'vectors' ORDER BY 1")
    with session() as db:
        before = db.scalars(wanted).all()
    loaded(desk)
    with session() as db:
        assert db.scalars(wanted).all() == before
