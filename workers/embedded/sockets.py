"""Asking a unix socket whether somebody lives there."""

import socket
from pathlib import Path


def answers(path: Path, question: bytes = b"", answer: bytes = b"", seconds: float = 2.0) -> bool:
    """Whether a server accepts a connection at `path` and, given a question, replies beginning with `answer`."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(seconds)
        try:
            connection.connect(str(path))
            if question:
                connection.sendall(question)
            return not answer or connection.recv(64).startswith(answer)
        except OSError:
            return False
