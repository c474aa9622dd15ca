"""One stream of articles on its way in: batch by batch, waiting for room, and what became of it so far."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from api.answers import RefusedLine, StreamReceived
from api.article_in import ArticleIn, accept, lanes
from api.lines import Line, batches
from config.settings import settings
from models.stage import Lane
from tasks.backlog import admit
from tasks.errors import Busy
from tasks.receive import BATCH, Received

REFUSALS = 100  # told of a stream; the others are counted
LONGEST_REFUSAL = 300  # characters: names of fields are the sender's
LOOK_SECONDS = 1.0
PATIENCE = 30  # looks for room before the stream is stopped: clients give up after a minute, mostly


class Intake:
    """Takes the lines of one stream. What `so_far` says is done and stays so, whatever happens to the rest."""

    def __init__(self, priority: Lane) -> None:
        """`priority` is of articles that do not say theirs."""
        self.priority = priority
        self.so_far = StreamReceived()

    async def take(self, chunks: AsyncIterator[bytes]) -> None:
        """Take all of them. Raises Busy, and what the chunks and the database raise."""
        await run_in_threadpool(admit, self.priority)  # at once: a client that hears it first need not send
        async for batch in batches(chunks, BATCH, settings().max_body_bytes):
            articles, refused = await run_in_threadpool(_read, batch)
            for lane in set(lanes(articles, self.priority)):
                await _room(lane)
            received = await run_in_threadpool(accept, articles, self.priority)
            self._note(batch[-1][0], received, refused)

    def _note(self, line: int, received: Sequence[Received], refused: list[RefusedLine]) -> None:
        done = self.so_far
        done.lines = line
        done.articles += len(received)
        done.queued += sum(item.queued for item in received)
        if received:
            done.first_id = done.first_id or received[0].article_id
            done.last_id = received[-1].article_id
        done.refused += len(refused)
        done.refusals += refused[: REFUSALS - len(done.refusals)]


def _read(batch: list[Line]) -> tuple[list[ArticleIn], list[RefusedLine]]:
    articles, refused = [], []
    for number, line in batch:
        try:
            if line is None:
                raise ValueError(f"longer than {settings().max_body_bytes:,} bytes (COPYDESK_MAX_BODY_BYTES)")
            articles.append(ArticleIn.model_validate_json(line))
        except ValueError as error:
            said = _said(error) if isinstance(error, ValidationError) else str(error)
            refused.append(RefusedLine(line=number, problem=said[:LONGEST_REFUSAL]))
    return articles, refused


def _said(error: ValidationError) -> str:
    """Each field and what is wrong with it."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    parts = ((".".join(map(str, e["loc"])), e["msg"].removeprefix("Value error, ")) for e in found)
    return "; ".join(f"{field}: {message}" if field else message for field, message in parts)


async def _room(lane: Lane) -> None:
    """Wait until there is room in the lane, without reading on: so the client waits, too. Raises Busy in the end."""
    for look in range(PATIENCE):
        try:
            await run_in_threadpool(admit, lane)
            return
        except Busy:
            if look == PATIENCE - 1:
                raise
            await asyncio.sleep(LOOK_SECONDS)
