"""Connections that end at a deadline, whatever the other side does."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def connected(address: tuple[str, int], deadline: float) -> Iterator[socket.socket]:
    """A connection that is cut at the deadline: a timeout alone starts anew with every byte that trickles in."""
    left = max(deadline - time.monotonic(), 0.001)
    with socket.create_connection(address, timeout=left) as connection, connection.dup() as same:
        cut = threading.Timer(left, _cut, (same,))
        cut.daemon = True
        cut.start()
        try:
            yield connection
        finally:
            cut.cancel()


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):  # it has ended by itself
        connection.shutdown(socket.SHUT_RDWR)


def encrypted(connection: socket.socket, host: str) -> socket.socket:
    """TLS over the connection, once the other side has shown that it is the host."""
    return ssl.create_default_context().wrap_socket(connection, server_hostname=host)
