"""Fetching: what a page becomes, where it may come from, and that nobody can make it long or large."""

import gzip
import shutil
import socket
import ssl
import subprocess
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from itertools import repeat
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sites import PAGE, Answer, Site, open_site

from nlp.formats import Document
from tasks.addresses import checked_address
from tasks.errors import Unreachable, Unusable
from tasks.fetch import fetch


@pytest.fixture
def site(setting: Callable[..., None]) -> Iterator[Site]:
    """A site on this machine, from which fetching is allowed."""
    setting(fetch_private=True)
    with open_site() as site:
        yield site


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Make names resolve as given, each time to the next of the addresses; gives the names that were looked up."""
    real, asked = socket.getaddrinfo, []

    def know(**addresses: list[str]) -> list[str]:
        def look_up(host, port, *args, **kwargs):
            asked.append(host)
            known = addresses.get(str(host).partition(".")[0])
            if known is not None:
                host = known.pop(0) if len(known) > 1 else known[0]
            return real(host, port, *args, **kwargs)

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        return asked

    return know


def fetched(url: str, **facts: str) -> Document:
    return fetch(Document("text", "", url=url, **facts), lambda _: None)


def test_a_page_becomes_the_body_of_its_document(site):
    url = site.page("/story", content_type="text/html")
    document = fetched(url, source="Harbour Post")
    assert (document.kind, document.body, document.url) == ("html", PAGE.decode(), url)
    assert document.source == "Harbour Post"


def test_what_was_given_goes_before_what_the_page_says(site):
    body = b'{"text": "They left at noon.", "title": "Said by the page", "author": "A. Page"}'
    document = fetched(site.page("/story", body), title="Given")
    assert (document.title, document.author, document.body) == ("Given", "A. Page", "They left at noon.")


def test_a_compressed_page_is_opened(site):
    assert fetched(site.page("/story", gzip.compress(PAGE), content_encoding="gzip")).body == PAGE.decode()


def test_redirects_are_followed_and_the_document_keeps_its_own_address(site):
    site.page("/end")
    site.page("/far", b"", 307, location="end")
    start = site.page("/start", b"", 301, location=f"{site.address}/far#top")
    document = fetched(start)
    assert (document.url, document.body) == (start, PAGE.decode())
    assert [request.path for request in site.requests] == ["/start", "/far", "/end"]


def test_every_redirect_is_checked(site, monkeypatch):
    checked: list[tuple[str, int]] = []

    def check(host: str, port: int, *how: Any) -> tuple[str, int]:
        checked.append((host, port))
        return checked_address(host, port, *how)

    monkeypatch.setattr("tasks.http.checked_address", check)
    site.page("/end")
    fetched(site.page("/start", b"", 302, location=f"http://localhost:{site.server_port}/end"))
    assert checked == [("127.0.0.1", site.server_port), ("localhost", site.server_port)]


def test_a_redirect_to_a_private_address_is_refused(site, setting, monkeypatch):
    inside = site.page("/secret")
    outside = site.page("/start", b"", 302, location=inside.replace("127.0.0.1", "127.0.0.2"))
    setting(fetch_private=False)
    public = [("127.0.0.1", site.server_port)]
    monkeypatch.setattr("tasks.http.checked_address", lambda *how: public.pop() if public else checked_address(*how))
    with pytest.raises(Unusable, match=r"127\.0\.0\.2 is the private address"):
        fetched(outside)
    assert [request.path for request in site.requests] == ["/start"]


def test_a_circle_of_redirects_ends(site):
    with pytest.raises(Unusable, match="redirects more than 5 times"):
        fetched(site.page("/circle", b"", 302, location="/circle"))
    assert len(site.requests) == 6


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://a.example/", "http://[::1/", "http://a:b/", "mailto:a"]
)
def test_a_redirect_to_what_is_no_page_is_refused(site, location):
    with pytest.raises(Unusable, match="is not an http or https address"):
        fetched(site.page("/start", b"", 302, location=location))


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("/café au lait?q=ü b", "/caf%C3%A9%20au%20lait?q=%C3%BC%20b"),
        ("/a%20b?x=%C3%BC&y=[1]#end", "/a%20b?x=%C3%BC&y=[1]"),
        ("?only=query", "/?only=query"),
        ("", "/"),
    ],
)
def test_any_characters_in_an_address_are_sent_as_the_web_has_them(site, written, sent):
    site.page(sent)
    assert fetched(site.address + written).body == PAGE.decode()


def test_a_location_in_raw_utf8_is_understood(site):
    site.page("/caf%C3%A9")
    start = site.page("/start", b"", 302, location="/café".encode().decode("latin-1"))
    assert fetched(start).body == PAGE.decode()


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "localhost"),
        *("169.254.169.254", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "240.0.0.1"),
        *("2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "2852039166"),
        *("[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[2001:db8::1]", "[fec0::1]"),
        *("[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[::127.0.0.1]", "[64:ff9b::169.254.169.254]"),
        *("[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[2001:0:a9fe:a9fe::1]"),
    ],
)
def test_addresses_that_are_not_public_are_refused_however_they_are_written(setting, host):
    setting(fetch_private=False)
    with pytest.raises(Unusable, match=r"is the private address .*; only public addresses are connected to"):
        fetched(f"http://{host}/latest/meta-data")


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1"])
def test_a_name_that_resolves_to_a_private_address_is_refused(setting, names, address):
    setting(fetch_private=False)
    names(rebound=[address])
    with pytest.raises(Unusable, match=rf"rebound\.example is the private address {address}"):
        fetched("https://rebound.example/story")


def test_a_name_with_one_private_address_among_public_ones_is_refused(setting, monkeypatch):
    setting(fetch_private=False)
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("93.184.215.14", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(Unusable, match=r"10\.0\.0\.1"):
        fetched("http://news.example/story")


@pytest.mark.parametrize("host", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"])
def test_public_addresses_are_taken(host):
    assert checked_address(host, 443, False, time.monotonic() + 10) == (host, 443)


@pytest.mark.parametrize(
    ("port", "asked"), [(80, True), (443, True), (1024, True), (8080, True), (22, False), (25, False)]
)
def test_ports_that_are_no_web_servers_are_not_asked(port: int, asked: bool) -> None:
    with nullcontext() if asked else pytest.raises(Unusable, match=f"Port {port} of 93"):
        checked_address("93.184.215.14", port, False, time.monotonic() + 10)


def test_a_name_server_that_is_silent_costs_no_more_than_the_time_of_a_fetch(setting, monkeypatch) -> None:
    setting(fetch_seconds=1)
    silent = Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: silent.wait(60) and [])
    try:
        with pytest.raises(Unreachable, match=r"silent\.example was not found in time"):
            fetched("http://silent.example/story")
    finally:
        silent.set()


def test_the_connection_goes_to_the_address_that_was_checked(site, names):
    """A name that answers a second question differently (DNS rebinding) is not asked a second time."""
    site.page("/story")
    asked = names(rebound=["127.0.0.1", "127.0.0.9"])
    fetched(f"http://rebound.example:{site.server_port}/story")
    assert asked.count("rebound.example") == 1
    assert site.requests[0].headers["Host"] == f"rebound.example:{site.server_port}"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for news.example, signed by itself, with its key in the same file."""
    if not shutil.which("openssl"):
        pytest.skip("there is no openssl to make a certificate with")
    file = tmp_path / "news.pem"
    name = ("-subj", "/CN=news.example", "-addext", "subjectAltName=DNS:news.example")
    new = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *name)
    subprocess.run([*new, "-keyout", str(file), "-out", str(file) + ".crt"], check=True, capture_output=True)
    file.write_bytes(file.read_bytes() + Path(f"{file}.crt").read_bytes())
    return file


def test_a_page_over_tls_is_fetched_only_from_the_host_that_it_names(site, names, certificate, monkeypatch):
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    site.socket = server.wrap_socket(site.socket, server_side=True)
    site.page("/story")
    names(news=["127.0.0.1"], other=["127.0.0.1"])
    with pytest.raises(Unreachable, match="self-signed certificate"):
        fetched(f"https://news.example:{site.server_port}/story")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with pytest.raises(Unreachable, match="Hostname mismatch"):
        fetched(f"https://other.example:{site.server_port}/story")
    assert site.requests == []
    assert fetched(f"https://news.example:{site.server_port}/story").body == PAGE.decode()


def test_user_and_password_in_an_address_are_not_sent(site):
    site.page("/story")
    fetched(site.address.replace("http://", "http://editor:hunter2@") + "/story")
    assert "hunter2" not in str(site.requests[0].headers)
    assert "Authorization" not in site.requests[0].headers


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://a.example/", "gopher://a.example/", "http:///story", "story"]
)
def test_other_schemes_than_http_are_refused(url):
    with pytest.raises(Unusable, match="is not an http or https address"):
        fetched(url)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_a_page_that_is_not_to_be_had_is_unusable(site, status):
    with pytest.raises(Unusable, match=f"answered with status {status}"):
        fetched(site.page("/story", PAGE, status))


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_site_in_trouble_is_worth_another_try(site, status):
    with pytest.raises(Unreachable, match=f"answered with status {status}"):
        fetched(site.page("/story", PAGE, status))


def test_nobody_listening_is_worth_another_try(site):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Unreachable, match="could not be reached"):
        fetched(f"http://127.0.0.1:{port}/")


def test_an_unknown_host_is_worth_another_try(monkeypatch):
    def look_up(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(Unreachable, match=r"nowhere\.invalid cannot be found"):
        fetched("http://nowhere.invalid/")


def test_what_is_no_page_is_unusable(site):
    with pytest.raises(Unusable, match=r"is no readable article: .*picture"):
        fetched(site.page("/picture", b"\x89PNG\r\n\x1a\n" + bytes(100)))


def test_a_page_cut_short_is_worth_another_try(site):
    def send(answer: Answer) -> None:
        answer.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + PAGE)

    site.pages["/story"] = send
    with pytest.raises(Unreachable, match="could not be reached"):
        fetched(site.address + "/story")


def test_a_page_over_the_limit_is_refused(site, setting):
    setting(max_body_bytes=1000)
    assert fetched(site.page("/story", PAGE.ljust(1000))).body
    with pytest.raises(Unusable, match="larger than 1,000 bytes"):
        fetched(site.page("/story", PAGE.ljust(1001)))


def test_of_an_endless_page_no_more_is_read_than_the_limit(site, setting):
    setting(max_body_bytes=1_000_000, fetch_seconds=2)
    sent = 0

    def send(answer: Answer) -> None:
        nonlocal sent
        answer.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for part in repeat(bytes(100_000)):
            sent += answer.wfile.write(part)

    site.pages["/story"] = send
    with pytest.raises(Unusable, match="larger than 1,000,000 bytes"):
        fetched(site.address + "/story")
    assert sent < 50_000_000  # what fits into the system's buffers included


def test_a_small_page_that_unpacks_to_a_huge_one_is_refused_in_little_memory(site, setting):
    setting(max_body_bytes=1_000_000)
    bomb = gzip.compress(bytes(300_000_000))
    assert len(bomb) < 1_000_000
    url = site.page("/story", bomb, content_encoding="gzip")
    tracemalloc.start()
    try:
        with pytest.raises(Unusable, match="cannot be unpacked: the gzip data grows beyond"):
            fetched(url)
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("head", "drops"),
    [
        (b"", b"HTTP/1.1 200 OK\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b""),
        (b"HTTP/1.1 200 OK\r\n\r\n<html>", b""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n<html>", b""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n", b""),
        (b"HTTP/1.1 302 Found\r\nLocation: /", b""),
    ],
    ids=["status", "header", "body", "body of known length", "chunk", "redirect"],
)
def test_a_page_that_drips_in_is_given_up_at_the_deadline(site, setting, head, drops):
    setting(fetch_seconds=1)
    start = time.monotonic()
    with pytest.raises(Unreachable, match="took longer than 1 s"):
        fetched(site.drip("/story", head, drops))
    assert time.monotonic() - start < 3


def test_a_site_that_never_answers_is_given_up_at_the_deadline(site, setting):
    setting(fetch_seconds=1)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        for scheme in ("http", "https"):
            with pytest.raises(Unreachable, match="took longer than 1 s"):
                fetched(f"{scheme}://127.0.0.1:{deaf.getsockname()[1]}/")


def test_a_site_that_lets_nobody_in_is_given_up_at_the_deadline(site, setting):
    setting(fetch_seconds=1)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as waiting:
        for _ in range(3):  # more than it lets wait
            one = waiting.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        start = time.monotonic()
        with pytest.raises(Unreachable, match="took longer than 1 s"):
            fetched(f"http://127.0.0.1:{full.getsockname()[1]}/")
        assert time.monotonic() - start < 3


def test_the_deadline_holds_for_all_redirects_together(site, setting):
    setting(fetch_seconds=1)

    def send(answer: Answer) -> None:
        site.closed.wait(0.7)
        answer.wfile.write(b"HTTP/1.1 302 Found\r\nLocation: /slow\r\nContent-Length: 0\r\n\r\n")

    site.pages["/story"] = send
    site.drip("/slow", b"HTTP/1.1 200 OK\r\n\r\n", b"")
    start = time.monotonic()
    with pytest.raises(Unreachable, match="took longer than 1 s"):
        fetched(site.address + "/story")
    assert len(site.requests) == 2
    assert time.monotonic() - start < 1.5
