"""How much memory a worker's child may take, held by the kernel: Celery looks only between tasks."""

import resource
import sys
from pathlib import Path


def bound_memory(more_kb: int) -> None:
    """From here on this process may take so much more than it has; what asks for more gets a MemoryError (Linux only).

    The bound is on private writable memory (RLIMIT_DATA), so that mapped checkpoints do not count.
    """
    if sys.platform == "linux":
        limit = (_private_kb() + more_kb) * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _private_kb() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmData:"))
