"""Stages that have ended, in the order of their ends: what is told live."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, any_, func, literal, select

from models.article import Article
from models.stage import ENDS, StageRow
from tasks.listing import overall_state

LATE = timedelta(seconds=30)  # an end is committed at most so long after its time: transactions are short
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CURSOR = re.compile(r"(\d{1,17})\.(\d{1,19})\.([a-z]{1,20})")

Place = tuple[datetime, int, str]  # when it ended, the article, the stage


@dataclass(frozen=True)
class Ended:
    """The end of a stage of an article, and `article_state`: that of the whole article when this was read."""

    finished_at: datetime
    article_id: int
    stage: str
    state: str
    version: int | None
    reason: str | None
    article_state: str

    @property
    def place(self) -> Place:
        """In the order of ends. One that is committed later than others can come before them."""
        return self.finished_at, self.article_id, self.stage


def ended(db: Connection, after: Place, most: int) -> list[Place]:
    """The places of ends behind this one, in order, at most so many."""
    key: tuple[Any, ...] = (StageRow.finished_at, StageRow.article_id, StageRow.name)
    wanted = select(*key).where(
        StageRow.finished_at >= after[0], func.row(*key) > func.row(*after), StageRow.state.in_(ENDS)
    )
    return list(map(tuple, db.execute(wanted.order_by(*key).limit(most))))


def events(db: Connection, places: list[Place]) -> list[Ended]:
    """What is to be told of these ends, in order; nothing of such that are void by now."""
    ids = literal(sorted({article_id for _, article_id, _ in places}), ARRAY(BigInteger))
    facts: list[Any] = [StageRow.finished_at, StageRow.article_id, StageRow.name.label("stage"), StageRow.state]
    facts += [StageRow.version, StageRow.reason, overall_state().label("article_state")]
    rows = db.execute(
        select(*facts).join(Article, Article.id == StageRow.article_id).where(StageRow.article_id == any_(ids))
    )
    found = {event.place: event for event in (Ended(**row) for row in rows.mappings())}
    return [found[place] for place in places if place in found]


def clock(db: Connection) -> Place:
    """The place of now, by the database's clock."""
    return db.execute(select(func.clock_timestamp())).scalar_one(), 0, ""


def cursor(place: Place) -> str:
    """The place as text, in microseconds since 1970, article and stage: `1772442000000000.17.summary`."""
    return f"{(place[0] - _EPOCH) // _MICROSECOND}.{place[1]}.{place[2]}"


def place_of(given: str) -> Place:
    """The place that a cursor names. Raises ValueError when it is none that `cursor` gives."""
    parts = _CURSOR.fullmatch(given)
    if parts is None or int(parts[2]) >= 2**63:
        raise ValueError("give the `id` of an event")
    try:
        return _EPOCH + int(parts[1]) * _MICROSECOND, int(parts[2]), parts[3]
    except OverflowError:
        raise ValueError("give the `id` of an event") from None
