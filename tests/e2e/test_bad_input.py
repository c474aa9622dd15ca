"""Hostile articles among good ones, through real workers: each ends with a reason or clean, and disturbs no other."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from waiting import wait_until

from api.app import create_app
from cli.gather import gather
from models.session import session
from models.stage import ENDS, StageRow
from nlp.formats import Document
from tasks.reading import article_view
from tasks.receive import receive
from workers.desk import Desk

SAMPLES = Path(__file__).parents[2] / "samples"
PROSE = (
    "Mayor Ellen Marsh said on Monday that 400 people had left their homes in Ludlow. "
    "The Severn rose by two metres within a few hours, and the school of the town was opened for the night. "
    "The Environment Agency expects that the water will fall again by Sunday, but more rain is on its way. "
)
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
ENDED = {"done", "skipped"}
KEPT = "what only this machine may read"

BAD = {
    "a word of a million letters": Document("text", "x" * 1_000_000),
    "a word of 250,000 letters in an article": Document("text", PROSE * 3 + "x" * 250_000 + ". " + PROSE),
    "16 MB": Document("text", (PROSE * 70_000)[:16_000_000]),
    "one sentence without end": Document("text", PROSE.replace(".", ",") * 900),
    "short lines": Document("text", "Next\n\nab c\n\n" * 20_000),
    "nothing but spaces": Document("html", "<p> &nbsp; \u2003</p>"),
    "nothing but what cannot be seen": Document("text", "\u200b\u200e\ufeff\u2060" * 5_000),
    "right to left": Document("text", "\u202e" + PROSE[::-1] + "\u202d " + "שלום עולם. " * 60),
    "nested 100,000 deep": Document("html", "<html><body>" + "<div>" * 100_000 + PROSE),
    "200,000 elements": Document("html", "<html><body>" + "<b>a</b>" * 200_000),
    "billion laughs": Document("html", f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]><html><p>&l9;</p>{PROSE}</html>'),
    "front matter without end": Document("markdown", "---\n" + "    x\n" * 50 + PROSE),
    "a heading of spaces": Document("markdown", "# a" + " " * 100_000 + "x\n" + PROSE),
    "a letter with 100,000 accents": Document("text", PROSE + "a" + "\u0300\u0316" * 50_000 + " " + PROSE),
    "mixed encodings": Document("text", PROSE + "caf\ufffd Ã©tÃ© \ud800 \0 " + PROSE),
    "quotation marks": Document("text", '" ' * 50_000 + PROSE),
}
ASTRAL = f"😀 {PROSE}𝔗𝔥𝔢 𝔩𝔢𝔱𝔱𝔢𝔯𝔰 were astral 🏴󠁧󠁢󠁷󠁬󠁳󠁿, said Helen Ashworth 👩‍👩‍👧 of Rotterdam. 🌊🌊 {PROSE}"


@pytest.fixture
def others(tmp_path: Path) -> Iterator[Document]:
    """A page that asks for a file of this machine."""
    (tmp_path / "secret").write_text(KEPT)
    yield Document(
        "html", f'<!DOCTYPE r [<!ENTITY s SYSTEM "file://{tmp_path}/secret">]><html><p>&s;</p>{PROSE}</html>'
    )


def test_hostile_articles_end_and_disturb_no_others(workers: Desk, others: Document) -> None:
    good = gather([str(SAMPLES)]).documents
    bad = {**BAD, "a file of this machine": others}
    mixed = [document for pair in zip(bad.values(), good, strict=False) for document in pair] + good[len(bad) :]
    ids = [received.article_id for received in receive([*mixed, Document("text", ASTRAL, title="Astral 😀 letters")])]
    wait_until(lambda: all(_has_ended(one) for one in ids), "all have ended", seconds=150)
    found = dict(zip(ids, _views(ids), strict=True))
    where = dict(zip(mixed, ids, strict=False))
    assert {found[where[document]]["state"] for document in good} == {"done"}
    wrong = {name: found[where[document]]["stages"] for name, document in bad.items()}
    assert {name: one for name, one in wrong.items() if not {stage["state"] for stage in one} <= ENDED} == {}
    assert all(stage["reason"] for stages in wrong.values() for stage in stages if stage["state"] == "skipped")
    assert KEPT not in str(found) and "hahahaha" not in str(found)
    assert "\u202e" not in str(found)
    _is_right(TestClient(create_app(), base_url="http://localhost:8000").get(f"/v1/articles/{ids[-1]}").json())


def _has_ended(article_id: int) -> bool:
    with session() as db:
        return all(
            state in ENDS for state in db.scalars(select(StageRow.state).where(StageRow.article_id == article_id))
        )


def _views(ids: list[int]) -> list[dict[str, Any]]:
    with session() as db:
        return [view for view in (article_view(db, one) for one in ids) if view]


def _is_right(view: dict[str, Any]) -> None:
    """Places count code points, beyond the basic plane as well."""
    text = view["text"]
    assert view["summary"]["sentences"] and "😀" in text
    for sentence in view["summary"]["sentences"]:
        assert text[sentence["start"] : sentence["end"]] == sentence["text"]
    names = {one["name"]: {text[m["start"] : m["end"]] for m in one["mentions"]} for one in view["entities"]}
    assert names["Helen Ashworth"] == {"Helen Ashworth"} and names["Rotterdam"] == {"Rotterdam"}
    assert all(found <= {name, "Marsh"} for name, found in names.items() if name in ("Ellen Marsh", "Ludlow"))
