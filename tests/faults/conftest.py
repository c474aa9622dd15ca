"""One rig for all faults, and the table of what came of them."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from faults.rig import Rig, roomy_folder, use_other_services

from config.settings import settings
from workers.app import app

_REPORTS: list[dict[str, Any]] = []


@pytest.fixture(scope="session")
def small_disk() -> Iterator[tuple[Path, bool]]:
    """A folder that services' users can enter, and whether it is a small disk of its own."""
    parent = Path(tempfile.mkdtemp(prefix="faults-"))
    parent.chmod(0o755)
    with roomy_folder(parent, 900) as found:
        yield found
    shutil.rmtree(parent)


@pytest.fixture(scope="session")
def rig(small_disk: tuple[Path, bool]) -> Iterator[Rig]:
    """The desk that is hurt, over and over."""
    before = settings.cache_info().currsize and settings()
    with pytest.MonkeyPatch.context() as environment:
        hurt = Rig(small_disk[0])
        try:
            hurt.start(environment)
            yield hurt
        finally:
            _REPORTS.extend(hurt.report)
            hurt.stop()
    settings.cache_clear()
    if before and before.database_url and before.redis_url:
        use_other_services(before.database_url.get_secret_value(), before.redis_url.get_secret_value())
    app.conf.broker_url = before.redis_url.get_secret_value() if before and before.redis_url else None


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One line of JSON a fault."""
    if _REPORTS:
        terminalreporter.section("faults")
        for figures in _REPORTS:
            terminalreporter.write_line(json.dumps(figures))
