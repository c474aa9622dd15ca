"""The samples put through the desk once, a real server, and a real browser that reads its pages as a person would."""

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select, text
from waiting import wait_until

from api.app import create_app
from cli.gather import gather
from config.settings import settings
from models.article import Article
from models.base import Base
from models.session import session
from tasks.entities import tag_entities
from tasks.ingest import ingest
from tasks.neighbours import link_neighbours
from tasks.receive import receive
from tasks.summarize import summarize

SAMPLES = Path(__file__).parents[2] / "samples"
ARGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
INSTALL = "no Chromium here: `apt-get install chromium` (as root) lets the browser tests run"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; without it the test is skipped."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip(INSTALL)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=ARGS.split())
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """Another site: the folder of its pages, and its origin."""
    folder = tmp_path_factory.mktemp("publisher")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{site.server_port}"
        site.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def room(browser: Browser, services: Path, publisher: tuple[Path, str]) -> Iterator[str]:
    """The address of a desk that has done all of samples/; the publisher may show the widget."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("COPYDESK_WIDGET_ORIGINS", publisher[1])
        settings.cache_clear()
        with session() as db:
            tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
            db.execute(text(f"truncate {tables} restart identity"))
        for received in receive(gather([str(SAMPLES)]).documents):
            for task in (ingest, summarize, tag_entities, link_neighbours):
                task(received.article_id)
        with _served() as address:
            yield address
    settings.cache_clear()


@contextmanager
def _served() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    server = uvicorn.Server(uvicorn.Config(create_app(), port=port, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until(lambda: server.started, "the server has started")
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def reader(browser: Browser, room: str) -> Iterator[Callable[..., Page]]:
    """`reader(java_script_enabled=False)` is a page of a browser of its own. What it complains of fails the test."""
    complaints: list[str] = []
    contexts = []

    def read(**options: object) -> Page:
        context = browser.new_context(base_url=room, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield read
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def page(reader: Callable[..., Page], request: pytest.FixtureRequest) -> Page:
    """A reader's page, with JavaScript and without."""
    return reader(java_script_enabled=request.param)


@pytest.fixture(scope="session")
def article(room: str) -> Callable[[str], int]:
    """The id of the sample whose headline begins like this."""

    def found(headline: str) -> int:
        with session() as db:
            return db.scalars(select(Article.id).where(Article.title.startswith(headline))).one()

    return found
