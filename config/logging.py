"""One log line per event, for people or as JSON, with what it is about: articles, stage and task, or the request."""

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType

from config.settings import settings

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
LONGEST = 20_000  # characters of a message or of an exception

Facts = Mapping[str, object]
_facts: ContextVar[Facts] = ContextVar("facts", default=MappingProxyType({}))


def now_about(**facts: object) -> None:
    """From here on, each log line of this thread says these facts, and forgets those before."""
    _facts.set(facts)


@contextmanager
def about(**facts: object) -> Iterator[None]:
    """Each log line within says these facts, too."""
    token = _facts.set({**_facts.get(), **facts})
    try:
        yield
    finally:
        _facts.reset(token)


def configure_logging() -> None:
    """Send all loggers to standard error in the form of the settings; the supervisor files it by process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_with_facts)
    handler.setFormatter(_Json() if settings().log_format == "json" else _Text(FORMAT))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings().log_level.upper())


def _with_facts(record: logging.LogRecord) -> bool:
    """What the line is about; a fact that is given with the line itself (`extra={"facts": ..}`) goes first."""
    record.facts = {**_facts.get(), **record.__dict__.get("facts", {})}
    return True


class _Text(logging.Formatter):
    """The line, and the facts behind it in brackets."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        facts: Facts = record.__dict__["facts"]
        told = " ".join(f"{name}={_short(value)}" for name, value in facts.items())
        return super().formatMessage(record) + (f" [{told}]" if told else "")


class _Json(logging.Formatter):
    """One object a line: time (UTC), level, logger, message, the facts, and the exception, if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage()[:LONGEST],
            **record.__dict__["facts"],
        }
        if record.exc_info and record.exc_info[0]:
            line["exception"] = self.formatException(record.exc_info)[-LONGEST:]
        return json.dumps(line, ensure_ascii=False, default=str)


def _short(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
