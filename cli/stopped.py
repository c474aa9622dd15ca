"""What a long command says when Ctrl-C stops it: where it stopped, and how to go on."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def saying_where(where: Callable[[], str]) -> Iterator[None]:
    """Say so at once, before what was started is stopped; the command then ends with exit status 130."""
    try:
        yield
    except KeyboardInterrupt:
        print(f"\nStopped: {where()}", file=sys.stderr, flush=True)
        raise
