"""How a stage goes from queued to its end, for the articles of one message: claimed, tried, written once."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError

from config.logging import about
from config.settings import settings
from models.session import is_away, transaction
from models.stage import Lane, Stage, State
from tasks.claims import Claim, done, end, give_back, put_off, start, try_again
from tasks.errors import Later, Skip, Unreachable, Unusable
from tasks.pace import Pace
from tasks.queue import enqueue, publish

log = logging.getLogger(__name__)

UNREACHABLE_WAIT = 30.0  # seconds, doubled each time: a site is down for minutes rather than moments

Read = TypeVar("Read")
Made = TypeVar("Made")


@dataclass(frozen=True)
class Result(Generic[Made]):
    """What a try made of an article, and which engine and settings made it."""

    claim: Claim
    lineage: str
    made: Made


@dataclass(frozen=True)
class Work(Generic[Read, Made]):
    """What a stage does: articles are read and written together, to save round trips, and thought about one by one.

    `read` finds what there is of these article ids. `think` gives lineage and result of one, or raises. `show` commits
    what other workers must see before this one writes, and gives the results that still count.
    """

    stage: Stage
    read: Callable[[Sequence[int]], Mapping[int, Read]]
    think: Callable[[Claim, Read], tuple[str, Made]]
    write: Callable[[Connection, Sequence[Result[Made]]], None]
    show: Callable[[Sequence[Result[Made]]], Sequence[Result[Made]]] | None = None
    then: tuple[Stage, ...] = ()


def perform(article_ids: Sequence[int], work: Work[Read, Made]) -> None:
    """Claim the stage of these articles, work with no transaction open, write each result once, or its reason.

    What is wrong with one article is its own: the others of the message are written all the same. Raises
    OperationalError when the database is away or full; the task is then retried by Celery, found by the sweep, and no
    attempt is counted.
    """
    with about(stage=work.stage, articles=article_ids):
        claimed, tried = start(article_ids, work.stage)
        if tried:  # one of them may be what ended its worker: it shares no message again
            publish(tried, first=True)
        if claimed:
            _Try(work, claimed).run()


class _Try(Generic[Read, Made]):
    """One try at the articles of a message. `open` are those that have not ended."""

    def __init__(self, work: Work[Read, Made], claimed: Sequence[Claim]) -> None:
        self.work = work
        self.open = {claim.article_id: claim for claim in claimed}

    def run(self) -> None:
        try:
            found = self.work.read(list(self.open))
            self._finish(self._think(found))
        except DBAPIError as error:
            if not is_away(error):
                self._fail_open(error)
                return
            self._give_back()
            raise
        except Exception as error:
            self._fail_open(error)

    def _think(self, found: Mapping[int, Read]) -> list[Result[Made]]:
        """The results of those that are found (others were deleted since), as far as time and live articles allow."""
        self.open = {article_id: claim for article_id, claim in self.open.items() if article_id in found}
        pace, waiting, results = Pace(self.work.stage), list(self.open.values()), []
        while waiting:
            claim = waiting.pop(0)
            try:
                with about(articles=(claim.article_id,), attempt=claim.attempt):
                    results.append(Result(claim, *self.work.think(claim, found[claim.article_id])))
            except DBAPIError:
                raise
            except Exception as error:
                self._fail(claim, error)
                if isinstance(error, SoftTimeLimitExceeded):
                    self._part_with(waiting, 1)
                    break
            back, together = pace.give_up(claim.lane, len(waiting))
            waiting, rest = waiting[: len(waiting) - back], waiting[len(waiting) - back :]
            self._part_with(rest, together)
        return results

    def _part_with(self, unreached: Sequence[Claim], together: int) -> None:
        """They took no try. After one that took too long they are to wait for nobody again."""
        if unreached:
            give_back(unreached)
            publish(((claim.article_id, claim.stage, claim.lane) for claim in unreached), together=together)
            for claim in unreached:
                del self.open[claim.article_id]

    def _finish(self, results: Sequence[Result[Made]]) -> None:
        """Write all; where that fails, one by one, so that it fails for those alone that cannot be written."""
        if not results:
            return
        try:
            self._write(results)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:
            if isinstance(error, DBAPIError) and is_away(error):
                raise
            if len(results) == 1:
                self._fail(results[0].claim, error)
                return
            log.warning("%s of %s articles could not be written together: %r", self.work.stage, len(results), error)
            for result in results:
                self._finish([result])

    def _write(self, results: Sequence[Result[Made]]) -> None:
        """The results and their lineage in the transaction that ends the stage, or nothing at all."""
        counting = self.work.show(results) if self.work.show else results
        lanes: dict[Lane, list[int]] = {}
        if counting:
            with transaction() as db:
                ended = done(db, [result.claim for result in counting], [result.lineage for result in counting])
                counting = [result for result in counting if result.claim.article_id in ended]
                self.work.write(db, counting)
                for result in counting:
                    lanes.setdefault(result.claim.lane, []).append(result.claim.article_id)
                for lane, ids in lanes.items():
                    enqueue(db, ids, self.work.then, lane)
        self._close(results, counting)
        for lane, ids in lanes.items():
            publish(((i, stage, lane) for stage in self.work.then for i in ids), together=len(ids))

    def _close(self, results: Sequence[Result[Made]], written: Sequence[Result[Made]]) -> None:
        for result in results:
            self.open.pop(result.claim.article_id, None)
        for claim in {result.claim for result in results} - {result.claim for result in written}:
            log.warning("article %s: %s attempt %s was superseded", claim.article_id, claim.stage, claim.attempt)

    def _give_back(self) -> None:
        """Let the attempts not count, if the database can still be told."""
        try:
            give_back(list(self.open.values()))
        except OperationalError as error:
            log.warning("articles %s: their attempts could not be given back: %s", list(self.open), error.orig)

    def _fail_open(self, error: Exception) -> None:
        for claim in list(self.open.values()):
            self._fail(claim, error)

    def _fail(self, claim: Claim, error: Exception) -> None:
        """End this article's stage, or queue another try, as the error asks."""
        del self.open[claim.article_id]
        if isinstance(error, Skip):
            end(claim, State.SKIPPED, str(error))
        elif isinstance(error, Unusable):
            end(claim, State.FAILED, str(error))
        elif isinstance(error, Unreachable):
            try_again(claim, str(error), wait=UNREACHABLE_WAIT)
        elif isinstance(error, Later):
            put_off(claim, error.seconds)
        elif isinstance(error, SoftTimeLimitExceeded):
            try_again(claim, f"took longer than {settings().stage_seconds} s")
        else:
            facts = {"articles": (claim.article_id,), "attempt": claim.attempt}
            log.error("article %s: %s attempt %s failed", *_named(claim), exc_info=error, extra={"facts": facts})
            try_again(claim, _reason(error))


def _named(claim: Claim) -> tuple[int, Stage, int]:
    return claim.article_id, claim.stage, claim.attempt


def _reason(error: Exception) -> str:
    if isinstance(error, DBAPIError):
        return f"the database refused: {str(error.orig).strip()}"
    return f"{type(error).__name__}: {error}"
