"""Who runs the services. PostgreSQL refuses to run as root, so root hands both to a user of their own."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from workers.child import Account, CannotStart, as_account

USER = "copydesk"


def service_account(home: Path) -> Account | None:
    """The account to run a service as whose data is in `home`: None, our own, unless we are root.

    Root runs an existing `home` as its owner, and else as the system user `copydesk`, which is
    made when missing. Raises CannotStart when that is impossible.
    """
    if os.geteuid() != 0:
        return None
    if home.exists() and (owner := home.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    return _find_user() or _make_user()


def reaches(account: Account | None, path: Path) -> bool:
    """Whether the account may enter folder (or run program) `path`, tried as that account: modes are not all."""
    if account is None:
        return os.access(path, os.X_OK)
    probe = ["/bin/sh", "-c", 'test -x "$0"', str(path)]
    return subprocess.run(probe, cwd="/", check=False, **as_account(account)).returncode == 0


def _find_user() -> Account | None:
    try:
        entry = pwd.getpwnam(USER)
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid)


def _make_user() -> Account:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    said = "there is no useradd here"
    if program:
        nobody = ("--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent")
        make = [program, *nobody, "--shell", "/usr/sbin/nologin", USER]
        said = subprocess.run(make, check=False, capture_output=True, text=True).stderr.strip()
    account = _find_user()  # even after a failure: another start may have made it meanwhile
    if account is None:
        raise CannotStart(
            f"PostgreSQL does not run as root, and the system user {USER!r} could not be made ({said}). "
            "Make that user, start Copydesk as another user, or set DATABASE_URL and REDIS_URL to servers of your own."
        )
    return account
