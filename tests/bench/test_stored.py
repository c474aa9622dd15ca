"""A database loaded for bench.growth answers as one filled by tasks would."""

from datetime import timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import text

from bench.likely_vectors import Likely, nearest
from bench.stored import Lineages, fill
from models.session import session, transaction
from tasks.candidates import MOST_NEAREST, candidates
from workers.embedded import Postgres

DRAWN = Likely(np.eye(384, dtype=np.float32)[:40]).draw(60, seed=1)
TERMS = [{7: 20, 8: 10}, {9: 30}]


def loaded(desk: Path) -> None:
    url = Postgres(desk).client_url
    lineages = Lineages("made@up", "linked@up")
    fill(url, iter([DRAWN[:50], DRAWN[50:]]), lineages, TERMS, {"maintenance_work_mem": "64MB"})


def test_the_search_of_the_task_finds_what_numpy_finds(desk: Path) -> None:
    loaded(desk)
    places = nearest(DRAWN[57:58], DRAWN, MOST_NEAREST + 1)[0][0]
    with transaction() as db:
        found = candidates(db, [58], 384, "linked@up", timedelta(days=90))[58]  # ids count from 1
    assert {int(place) + 1 for place in places[1:]} <= set(found)


def test_articles_with_the_same_terms_are_found_within_the_horizon_only(desk: Path) -> None:
    loaded(desk)
    with transaction() as db:
        db.execute(text("delete from vectors where article_id <> 30"))
        found = candidates(db, [30], 384, "linked@up", timedelta(days=5))[30]
    assert found and all(abs(other - 30) <= 5 and (other - 30) % 2 == 0 for other in found)


def test_loading_leaves_the_index_as_the_migrations_made_it(desk: Path) -> None:
    wanted = text("SELECT indexdef FROM pg_indexes WHERE tablename = 'vectors' ORDER BY 1")
    with session() as db:
        before = db.scalars(wanted).all()
    loaded(desk)
    with session() as db:
        assert db.scalars(wanted).all() == before
