"""What `copydesk doctor` looks at on this machine: Python, data folder, disk, limits, ports, checkpoints, engines."""

import os
import resource
import shutil
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from cli.checked import Checked, fail, ok, warn
from config.engines import DEFAULT
from config.settings import Settings

PYTHONS = ((3, 11), (3, 14))
GIGABYTE = 1_000_000_000
LEAST_FREE = 1 * GIGABYTE  # PostgreSQL writes up to 2 GB ahead (max_wal_size) and stops when it cannot
ENOUGH_FREE = 5 * GIGABYTE
LEAST_FILES = 1024


def python() -> Checked:
    """The version that runs this."""
    found = ".".join(map(str, sys.version_info[:3]))
    if PYTHONS[0] <= sys.version_info[:2] < PYTHONS[1]:
        return ok("python", found)
    return fail("python", found, "Install Copydesk with Python 3.11, 3.12 or 3.13: make PYTHON=python3.12.")


def data_folder(folder: Path) -> Iterator[Checked]:
    """Whether we can write there, and others cannot look; and the room that is left."""
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    mend = f"Make it yours (chown {os.getuid()} {there}), or set COPYDESK_DATA to a folder that is."
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        yield fail("data folder", f"{there} cannot be written", mend)
        return
    if there != folder:
        yield ok("data folder", f"{folder} will be made at the first start")
    elif folder.stat().st_uid != os.getuid():
        yield warn("data folder", f"{folder} belongs to user {folder.stat().st_uid}", mend)
    elif stat.S_IMODE(folder.stat().st_mode) & 0o022:
        yield warn("data folder", f"others can write to {folder}", f"chmod go-w {folder}")
    else:
        yield ok("data folder", str(folder))
    yield _disk(there)


def _disk(folder: Path) -> Checked:
    free = shutil.disk_usage(folder).free
    said = f"{free / GIGABYTE:,.1f} GB free at {folder}"
    room = "Free space, or move COPYDESK_DATA: an article takes about 20 kB, and at 0 the database stops."
    if free < LEAST_FREE:
        return fail("disk", said, room)
    return warn("disk", said, room) if free < ENOUGH_FREE else ok("disk", said)


def files() -> Checked:
    """How many files a process may open: the API holds one for each connection."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    said = "no limit" if soft == resource.RLIM_INFINITY else f"{soft:,} open files a process"
    if soft != resource.RLIM_INFINITY and soft < LEAST_FILES:
        return warn(
            "file limit", said, f"Raise it: ulimit -n {LEAST_FILES} before the start, or LimitNOFILE= in systemd."
        )
    return ok("file limit", said)


def ports(chosen: Settings, is_up: bool) -> Iterator[Checked]:
    """Whether API and Flower can listen, or do so already."""
    for what, host, port, name in (
        ("port of the API", chosen.host, chosen.port, "PORT"),
        ("port of Flower", chosen.flower_host, chosen.flower_port, "FLOWER_PORT"),
    ):
        taken, mend = _is_taken(host, port), f"End what listens there (ss -ltnp), or set COPYDESK_{name} to another."
        if taken and not is_up:
            yield warn(what, f"{host}:{port} is taken, and no `copydesk up` is up here", mend)
        else:
            yield ok(what, f"{host}:{port} is {'in use by the desk' if taken else 'free'}")


def _is_taken(host: str, port: int) -> bool:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError:
        return True
    return False


def checkpoints() -> Iterator[Checked]:
    """The shipped ones, each file by its hash."""
    from workers.engines.onnx import CHECKPOINTS, CheckpointError, verify

    for folder in sorted(CHECKPOINTS.iterdir()):
        what = f"checkpoint {folder.name}"
        try:
            manifest = verify(folder)
        except CheckpointError as error:
            problem, _, mend = str(error).partition(": ")
            yield fail(what, problem, mend)
        else:
            yield ok(what, f"version {manifest['version']}, {len(manifest['files'])} files as their hashes say")


def engines(chosen: Settings) -> Iterator[Checked]:
    """Those of the hub or of a folder: on this machine, of the right kind, with what they need. Nothing is loaded."""
    from workers.engines.hub.chosen import look_at
    from workers.engines.hub.errors import CannotLoad

    for setting in ("summary_engine", "entity_engine", "embedding_engine"):
        name = getattr(chosen, setting)
        if name == DEFAULT:
            continue
        try:
            size = look_at(setting, chosen).size()
        except CannotLoad as error:
            yield fail(f"engine {name}", str(error), "See docs/engines.md.")
        else:
            yield ok(f"engine {name}", f"{size / GIGABYTE:,.2f} GB, on this machine")
