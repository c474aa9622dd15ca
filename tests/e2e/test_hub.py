"""The whole desk on engines of the hub: tiny checkpoints of each kind in real worker processes, in both pools."""

from collections.abc import Callable
from pathlib import Path

import pytest
from checkpoints import bart_that_writes, bert_embedder, bert_tagger
from sqlalchemy import func, select, text
from waiting import wait_until

from models.article import Article
from models.entity import Mention
from models.neighbour import Vector, index_of
from models.session import session
from models.stage import Stage, StageRow, State
from models.summary import Kind, Summary
from nlp.formats import Document
from tasks.receive import receive

WRITTEN = "Boats from Denmark and Norway will join in next spring."
KEPT = (
    "Fishers of {town} found {count} tonnes of plastic in their nets between March and the end of October. "
    "The harbour master Ines Holt said that the port of {town} had no room left to store it. "
    "A plant in Rotterdam wants to turn the nets into carpets, and the European Union pays half of the cost. "
    "Boats from Denmark and Norway will join in next spring if the first winter goes well."
)
REFUSED = KEPT.replace("Denmark", "Iceland")
TOWNS = ["Esbjerg", "Whitby", "Ostend", "Cuxhaven"]


@pytest.fixture(params=["prefork", "threads"])
def engines(setting: Callable[..., None], tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Workers whose three engines are checkpoints of their own folders."""
    setting(
        nlp_pool=request.param,
        nlp_processes=1,
        summary_engine=f"path:{bart_that_writes(tmp_path / 'tiny-bart', WRITTEN)}",
        entity_engine=f"path:{bert_tagger(tmp_path / 'tiny-tagger')}",
        embedding_engine=f"path:{bert_embedder(tmp_path / 'tiny-embedder', 48)}",
    )
    request.getfixturevalue("workers")


def _receive() -> None:
    stories = [story.format(town=town, count=n + 2) for story in (KEPT, REFUSED) for n, town in enumerate(TOWNS)]
    receive([Document("text", story, title=f"Nets, week {n}", source="Coast") for n, story in enumerate(stories)])


def test_all_stages_run_on_checkpoints_of_the_hub(engines: None, ended: Callable[[int], bool]) -> None:
    _receive()
    wait_until(lambda: ended(2 * len(TOWNS)), "all is done", seconds=120)
    with session() as db:
        states = db.execute(select(StageRow.name, StageRow.state, StageRow.lineage, StageRow.reason)).all()
        stored = select(Article.text, Summary.kind, Summary.sentences, Summary.reason).join(Summary)
        summaries = db.execute(stored).all()
        vectors = db.execute(select(Vector.dimensions, Vector.lineage)).all()
        mentions = db.execute(select(Article.text, Mention.start, Mention.end).join(Mention)).all()
        index = db.scalar(select(func.to_regclass(index_of(48).name)))
        db.execute(text(f"drop index {index_of(48).name}"))  # made again by whoever needs it

    assert {state for _, state, _, _ in states} == {State.DONE}, states
    lineages = {name: {lineage for one, _, lineage, _ in states if one == name} for name in Stage}
    assert all(one.startswith("tiny-tagger@") for one in lineages[Stage.ENTITIES])
    assert all(one.startswith("tiny-embedder@") for one in lineages[Stage.NEIGHBOURS])
    assert len(lineages[Stage.SUMMARY]) == 2  # written, and chosen instead of written
    assert all("tiny-bart@" in one for one in lineages[Stage.SUMMARY])

    assert len(summaries) == 2 * len(TOWNS)
    for article, kind, sentences, reason in summaries:
        if "Denmark" in article:
            assert (kind, [sentence["text"] for sentence in sentences], reason) == (Kind.ABSTRACTIVE, [WRITTEN], None)
        else:
            assert kind == Kind.EXTRACTIVE
            assert "Denmark" in reason
            assert all(article[s["start"] : s["end"]] == s["text"] for s in sentences)

    assert index is not None
    assert {dimensions for dimensions, _ in vectors} == {48}
    assert len({lineage for _, lineage in vectors}) == 1
    assert mentions and all(article[start:end].strip() for article, start, end in mentions)
