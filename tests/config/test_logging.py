"""What a log line says, for people and for machines."""

import json
import logging
from collections.abc import Callable, Iterator

import pytest

from config.logging import about, configure_logging, now_about

log = logging.getLogger("desk.test")


@pytest.fixture
def logged(setting: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., list[str]]]:
    """The lines that a function logs in the given form."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level

    def lines(form: str, what: Callable[[], None]) -> list[str]:
        setting(log_format=form)
        configure_logging()
        what()
        return capsys.readouterr().err.splitlines()

    yield lines
    root.handlers[:] = before
    root.setLevel(level)


def _fail() -> None:
    now_about(task="9f")
    with about(stage="ingest", articles=(4, 5)):
        try:
            raise ValueError("no\nletters")
        except ValueError:
            log.exception("article %s failed", 4, extra={"facts": {"articles": (4,), "attempt": 2}})
        log.warning("both wait")
    now_about()
    log.info("nothing to do")


def test_a_json_line_is_one_object_with_what_it_is_about_and_its_exception(logged: Callable[..., list[str]]) -> None:
    failed, waiting, idle = (json.loads(line) for line in logged("json", _fail))
    assert failed["time"].endswith("+00:00")
    assert (failed["level"], failed["logger"], failed["message"]) == ("error", "desk.test", "article 4 failed")
    assert (failed["task"], failed["stage"], failed["articles"], failed["attempt"]) == ("9f", "ingest", [4], 2)
    assert failed["exception"].startswith("Traceback") and failed["exception"].endswith("ValueError: no\nletters")
    assert (waiting["articles"], "attempt" in waiting) == ([4, 5], False)
    assert set(idle) == {"time", "level", "logger", "message"}


def test_a_text_line_has_the_same_facts_in_brackets(logged: Callable[..., list[str]]) -> None:
    lines = logged("text", _fail)
    assert lines[0].endswith("ERROR desk.test article 4 failed [task=9f stage=ingest articles=4 attempt=2]")
    assert lines[-2].endswith("WARNING desk.test both wait [task=9f stage=ingest articles=4,5]")
    assert lines[-1].endswith("INFO desk.test nothing to do")


def test_what_is_below_the_chosen_level_is_not_logged(
    logged: Callable[..., list[str]], setting: Callable[..., None]
) -> None:
    setting(log_level="warning")
    assert len([line for line in logged("text", _fail) if "desk.test" in line]) == 2
