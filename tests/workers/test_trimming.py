"""A child gives back what it has freed."""

import ctypes
import os

import pytest

from bench.processes import memory_mb
from workers import process, trimming

pytestmark = pytest.mark.skipif(trimming._trim is None, reason="malloc_trim is glibc's")


def test_memory_freed_between_what_is_kept_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = (
        ctypes.c_void_p,
        [ctypes.c_size_t],
        [ctypes.c_void_p],
    )
    pieces = [libc.malloc(64_000) for _ in range(1000)]
    for piece in pieces:
        ctypes.memset(piece, 1, 64_000)
    for place, piece in enumerate(pieces):
        if place % 10:
            libc.free(piece)
    before = memory_mb(os.getpid())["rss"]
    monkeypatch.setattr(trimming, "_next", 0.0)
    trimming.trim()
    assert memory_mb(os.getpid())["rss"] < before - 30
    for piece in pieces[::10]:
        libc.free(piece)


def test_it_is_done_at_most_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []
    monkeypatch.setattr(trimming, "_trim", done.append)
    monkeypatch.setattr(trimming, "_next", 0.0)
    trimming.trim()
    trimming.trim()
    assert done == [0]


def test_every_worker_process_does_it() -> None:
    assert trimming.trim in [receiver() for _, receiver in process.task_postrun.receivers]
