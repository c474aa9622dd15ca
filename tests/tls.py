"""TLS before the real services, whose embedded builds have none: certificates, and a door that takes it off."""

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SSL_REQUEST = bytes.fromhex("0000000804d2162f")  # what a client of PostgreSQL asks before it speaks TLS


@dataclass(frozen=True)
class Certificates:
    """Files: an authority, and of it a server named localhost and a client, each with its key."""

    folder: Path

    def __getattr__(self, name: str) -> str:
        return str(self.folder / name.replace("_", "."))


def make_certificates(folder: Path) -> Certificates:
    """`ca.crt`, `server.crt`, `server.key`, `client.crt`, `client.key`, and `other.crt` of another authority."""
    if not shutil.which("openssl"):
        pytest.skip("there is no openssl to make a certificate with")
    for name in ("ca", "other"):
        _openssl(folder, "req", "-x509", *_new(name), "-days", "2", "-out", f"{name}.crt")
    for name in ("server", "client"):
        (folder / "names").write_text("subjectAltName=DNS:localhost\n")
        _openssl(folder, "req", *_new(name), "-out", f"{name}.csr")
        signed = ("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names", "-days", "2")
        _openssl(folder, "x509", "-req", "-in", f"{name}.csr", *signed, "-out", f"{name}.crt")
        (folder / f"{name}.key").chmod(0o600)  # libpq insists
    return Certificates(folder)


def _new(name: str) -> tuple[str, ...]:
    return ("-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-subj", f"/CN={name}")


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


@dataclass
class Door:
    """A port of this machine that speaks TLS and passes on to a unix socket what it is told."""

    port: int
    told: list[bytes] = field(default_factory=list)  # the first bytes of each that got in


@contextmanager
def door(socket_file: Path, files: Certificates, postgres: bool = False, client: bool = False) -> Iterator[Door]:
    """With `client`, only those with a certificate of the authority come in."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.server_crt, files.server_key)
    if client:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(files.ca_crt)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = Door(listening.getsockname()[1])

        def let_in(plain: socket.socket) -> None:
            with suppress(OSError), plain:
                if postgres:
                    assert plain.recv(8) == SSL_REQUEST
                    plain.sendall(b"S")
                with (
                    context.wrap_socket(plain, server_side=True) as outside,
                    socket.socket(socket.AF_UNIX) as inside,
                ):
                    inside.connect(str(socket_file))
                    back = threading.Thread(target=_pass, args=(inside, outside, []), daemon=True)
                    back.start()
                    _pass(outside, inside, made.told)
                    back.join()

        def wait() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=let_in, args=(listening.accept()[0],), daemon=True).start()

        waiting = threading.Thread(target=wait, daemon=True)
        waiting.start()
        yield made
        listening.shutdown(socket.SHUT_RDWR)
    waiting.join()


def _pass(source: socket.socket, target: socket.socket, told: list[bytes]) -> None:
    first = True
    with suppress(OSError):
        while data := source.recv(65536):
            if first:
                told.append(data)
                first = False
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
