"""The invariants of a soak see what is broken."""

from pathlib import Path

from sqlalchemy import text

from bench.soak_check import check
from models.session import transaction

ARTICLE = "insert into articles (key, text, title) values ('one', 'It rained. It poured.', 'Rain') returning id"


def test_an_empty_desk_is_whole(desk: Path) -> None:
    with transaction() as db:
        found = check(db)
    assert (found["orphan rows"], found["doubled or missing rows"], found["stages"]) == ({}, {}, {})


def test_lost_rows_and_wrong_places_are_counted(desk: Path) -> None:
    with transaction() as db:
        article_id = db.scalar(text(ARTICLE))
        stage = "insert into stages (article_id, name, state, version) values (:id, :name, 'done', 1)"
        for name in ("ingest", "summary", "neighbours"):
            db.execute(text(stage), {"id": article_id, "name": name})
        sentences = '[{"start": 0, "end": 10, "text": "It rained."}, {"start": 10, "end": 20, "text": "It poured."}]'
        summary = "insert into summaries (article_id, version, sentences) values (:id, 1, cast(:sentences as jsonb))"
        db.execute(text(summary), {"id": article_id, "sentences": sentences})
        found = check(db)
    assert found["doubled or missing rows"] == {
        "articles without exactly one payload": 1,
        "stages that are none or too many": 1,
        "results of done stages that are missing": 1,
    }
    assert found["sentences"] == {"in all": 2, "verbatim": 1}
