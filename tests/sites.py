"""A real web site on this machine, whose pages are functions of the request."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, repeat

PAGE = b"<html><head><title>Dockers walk out</title></head><body><p>They left at noon.</p></body></html>"


class Site(ThreadingHTTPServer):
    """A site whose pages are functions of the request; it keeps the requests."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: that clients hang up is what we test."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.pages: dict[str, Callable[[Answer], None]] = {}
        self.requests: list[Answer] = []
        self.closed = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def page(self, path: str, body: bytes = PAGE, status: int = 200, **headers: str) -> str:
        """Serve a body under a path; gives its address. A header `content_type` is named Content-Type."""

        def send(answer: "Answer") -> None:
            answer.send_response(status)
            for name, value in headers.items():
                answer.send_header(name.replace("_", "-"), value)
            answer.send_header("Content-Length", str(len(body)))
            answer.end_headers()
            answer.wfile.write(body)

        self.pages[path] = send
        return self.address + path

    def drip(self, path: str, head: bytes, drops: bytes) -> str:
        """Send `head` at once and then a byte each twentieth of a second, until the client has gone."""

        def send(answer: "Answer") -> None:
            answer.wfile.write(head)
            for byte in chain(drops, repeat(ord("x"))):
                answer.wfile.write(bytes([byte]))
                if self.closed.wait(0.05):
                    return

        self.pages[path] = send
        return self.address + path


class Answer(BaseHTTPRequestHandler):
    """One request; `body` is what was posted."""

    body = b""

    def do_GET(self) -> None:
        assert isinstance(self.server, Site)
        self.server.requests.append(self)
        self.close_connection = True
        try:
            self.server.pages.get(self.path, _missing)(self)
        except (BrokenPipeError, ConnectionResetError):
            self.server.closed.set()

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def _missing(answer: Answer) -> None:
    answer.send_error(404)


@contextmanager
def open_site() -> Iterator[Site]:
    """A site that answers until the end of the block. What it does not have, it answers with 404."""
    with Site() as site:
        thread = threading.Thread(target=site.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield site
        finally:
            site.closed.set()
            site.shutdown()
            thread.join()


@contextmanager
def open_feeds() -> Iterator[Site]:
    """A site whose front page names two feeds, of which it has the first."""
    with open_site() as site:
        site.page("/feed", b"<rss><channel><title>Harbour Post</title></channel></rss>")
        links = b'<link rel="alternate" type="application/rss+xml" href="/feed" title="News">'
        links += b'<link rel="alternate" type="application/atom+xml" href="/other">'
        site.page("/", b"<html><head>" + links + b"</head><body><p>Hello.</p></body></html>")
        yield site
