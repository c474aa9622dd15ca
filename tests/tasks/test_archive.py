"""A desk in one file and back: the same rows, whatever the revision, while the desk works, and never half."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from alembic import command
from psycopg import sql
from sqlalchemy import text

from migrations.upgrade import config, migrate
from models.session import engine, session
from nlp.formats import Document
from tasks.archive import backup, tables_of
from tasks.archive_restore import check, restore
from tasks.errors import Unusable
from tasks.queue import first_waiting, messages
from tasks.receive import receive


@pytest.fixture
def no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers, and nobody is waited for."""
    monkeypatch.setattr("tasks.archive_restore.app.control.ping", lambda **_: [])


@pytest.fixture
def at_head(desk: object) -> Iterator[None]:
    yield
    migrate()


def rows() -> dict[str, list[str]]:
    """Every row of every table, as text."""
    with engine().connect() as connection:
        db: Any = connection.connection.driver_connection
        found = {}
        for name, columns in tables_of(db):
            listed = sql.SQL(", ").join(map(sql.Identifier, columns))
            whole = sql.SQL("select row({})::text from {} order by 1").format(listed, sql.Identifier(name))
            found[name] = [row[0] for row in db.execute(whole)]
        return found


def indexes() -> list[tuple[Any, ...]]:
    """Every index, reference and trigger there is."""
    with session() as db:
        wanted = (
            # PostgreSQL words a condition anew when it reads it again
            "select indexname, split_part(indexdef, ' WHERE ', 1) from pg_indexes where schemaname = current_schema()",
            "select conname, pg_get_constraintdef(k.oid) from pg_constraint k where conrelid <> 0",
            "select tgname, tgenabled::text from pg_trigger where not tgisinternal",
        )
        return sorted(tuple(row) for one in wanted for row in db.execute(text(one)))


def _empty() -> None:
    with session() as db:
        db.execute(text(f"truncate {', '.join(rows())} restart identity"))


def archived() -> io.BytesIO:
    file = io.BytesIO()
    backup(file)
    return file


def test_an_empty_desk_is_filled_with_all_rows_and_goes_on_counting(put: Callable[..., int], no_workers: None) -> None:
    for n in range(3):
        put(f"Dockers Walk Out in Hamburg, Day {n}")
    put("It\\N\ttabs \\ and\nlines", source="L'Écho \U0001f600")
    before, made = rows(), indexes()
    assert all(before[name] for name in ("articles", "stages", "mentions", "vectors", "neighbours", "story_members"))
    file = archived()
    _empty()
    check(file)
    restore(file)
    assert rows() == before
    assert indexes() == made
    assert put("Another Title") == 5


def test_what_was_under_way_is_queued_again(desk: object, no_workers: None) -> None:
    receive([Document("text", "They left at noon."), Document("text", "They came at one.")])
    with session() as db:
        db.execute(text("update stages set state = 'running', started_at = now(), attempts = 1 where article_id = 2"))
    file = archived()
    _empty()
    assert messages("ingest") == 2, "those of the desk before"
    restore(file)
    waiting = first_waiting("ingest")
    assert waiting is not None and sorted(waiting[1]) == [1, 2]
    with session() as db:
        assert db.scalars(text("select distinct state from stages")).all() == ["queued"]


def test_an_archive_is_of_one_moment_while_the_desk_works(put: Callable[..., int], no_workers: None) -> None:
    put()
    before, file = rows(), io.BytesIO()
    backup(file, tell=lambda table, _: table == "api_keys" and receive([Document("text", "Late news.")]))
    assert len(rows()["articles"]) == 2, "it came meanwhile"
    _empty()
    restore(file)
    assert rows() == before


def test_an_archive_of_an_earlier_revision_is_brought_to_todays_tables(at_head: None, no_workers: None) -> None:
    migrate("base")
    with engine().connect() as connection:
        command.upgrade(config(connection), "0001")
    with session() as db:
        db.execute(text("insert into articles (key, title) values ('one', 'Rain'), ('two', 'Sun')"))
        db.execute(text("insert into stages (article_id, name, state) select id, 'summary', 'done' from articles"))
        db.execute(
            text("""insert into summaries (article_id, version, sentences)
            select id, 1, '[{"start": 0, "end": 5, "text": "Rain.", "score": 1.0}]' from articles""")
        )
    file = archived()
    migrate()
    expected = rows()
    _empty()
    assert check(file).revision == "0001"
    restore(file)
    assert rows() == expected
    assert rows()["articles"]


def test_a_desk_that_has_rows_is_left_alone_unless_told(put: Callable[..., int], no_workers: None) -> None:
    put()
    file, kept = archived(), rows()
    put("Another Title")
    with pytest.raises(Unusable, match=r"not empty: .*articles.* --replace"):
        restore(file)
    assert len(rows()["articles"]) == 2
    restore(file, replace=True)
    assert rows() == kept


def test_what_a_desk_notes_by_running_is_no_obstacle(put: Callable[..., int], no_workers: None) -> None:
    put()
    file, kept = archived(), rows()
    _empty()
    with session() as db:
        db.execute(text("insert into reported_lineages (stage, engine, lineages) values ('summary', 'default', '{a}')"))
    restore(file)
    assert rows() == kept


def test_while_workers_are_up_nothing_is_restored(desk: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.archive_restore.app.control.ping", lambda **_: [{"nlp@here": {"ok": "pong"}}])
    with pytest.raises(Unusable, match="nlp@here"):
        restore(archived())


def test_what_cannot_be_loaded_leaves_the_desk_as_it_was(put: Callable[..., int], no_workers: None) -> None:
    put()
    before, made = rows(), indexes()
    broken = _rewritten(archived(), "tables/stages", lambda body: body.replace(b"\tingest\t", b"\tdigest\t"))
    with pytest.raises(psycopg.Error):
        restore(broken, replace=True)
    assert rows() == before
    assert indexes() == made


def _rewritten(file: io.BytesIO, entry: str, change: Callable[[bytes], bytes]) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, change(body) if name == entry else body)
    return made


def test_a_damaged_archive_is_refused_before_anything_is_done(put: Callable[..., int]) -> None:
    put()
    whole = archived().getvalue()
    changed = _rewritten(io.BytesIO(whole), "tables/articles", lambda body: body.replace(b"Hamburg", b"Homburg"))
    shorter = _rewritten(io.BytesIO(whole), "tables/stages", lambda body: body[: len(body) // 2])
    newer = _rewritten(io.BytesIO(whole), "manifest.json", lambda body: body.replace(b'"format": 1', b'"format": 9'))
    for damaged in (changed, shorter, newer, io.BytesIO(whole[: len(whole) // 2]), io.BytesIO(b"not a zip")):
        with pytest.raises(Unusable, match="archive"):
            check(damaged)


def test_an_archive_of_a_newer_desk_is_refused(desk: object, no_workers: None) -> None:
    newer = _rewritten(
        archived(), "manifest.json", lambda body: json.dumps(json.loads(body) | {"revision": "9999"}).encode()
    )
    with pytest.raises(Unusable, match="newer Copydesk"):
        restore(newer)


def test_chosen_settings_are_in_the_archive_and_secrets_are_not(desk: object, setting: Callable[..., None]) -> None:
    setting(neighbours=12, api_token="hunter2-hunter2", flower_password="hunter2-hunter2")
    file = archived()
    with zipfile.ZipFile(file) as archive:
        manifest = archive.read("manifest.json").decode()
    assert json.loads(manifest)["settings"] == {"neighbours": 12}
    assert "hunter2" not in manifest and "DATABASE_URL" not in manifest and "postgresql://" not in manifest
