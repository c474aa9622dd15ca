"""Articles put straight through the tasks, in this process, with the real engines and the real database."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from models.session import session
from models.stage import Stage, StageRow
from nlp.formats import Document
from tasks.entities import tag_entities
from tasks.ingest import ingest
from tasks.neighbours import link_neighbours
from tasks.receive import receive
from tasks.summarize import summarize

STRIKE = (
    "Dock workers in Hamburg walked out on Monday in a dispute over night shifts at the Altenwerder terminal. "
    "The union Verdi said that 1,200 members had joined the strike by noon and that it would last until Friday. "
    "Katrin Voss, who leads the talks for the union, called the last offer of Nordquai Logistics an insult. "
    "The operator of the terminal answered that eleven container ships were waiting in the German Bight. "
    "Talks with a mediator are to begin on Thursday in the town hall, both sides said."
)


@pytest.fixture
def document() -> Callable[..., Document]:
    """A document; what is not given is that of a strike in Hamburg."""

    def make(title: str = "Dockers Walk Out in Hamburg", body: str = STRIKE, **facts: object) -> Document:
        facts.setdefault("source", "Northern Ledger")
        facts.setdefault("published", datetime(2026, 3, 2, 9, tzinfo=UTC))
        return Document("text", body, title=title, **facts)  # type: ignore[arg-type]

    return make


@pytest.fixture
def put(desk: Path, document: Callable[..., Document]) -> Callable[..., int]:
    """Receive a document and do all its stages; gives the article's id."""

    def through(title: str = "Dockers Walk Out in Hamburg", body: str = STRIKE, **facts: object) -> int:
        article_id = receive([document(title, body, **facts)])[0].article_id
        for task in (ingest, summarize, tag_entities, link_neighbours):
            task(article_id)
        return article_id

    return through


@pytest.fixture
def stage(desk: Path) -> Callable[[int, Stage], StageRow]:
    """The row of a stage, read anew."""

    def row(article_id: int, name: Stage) -> StageRow:
        with session() as db:
            wanted = select(StageRow).where(StageRow.article_id == article_id, StageRow.name == name)
            return db.scalars(wanted).one()

    return row
