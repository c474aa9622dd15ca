"""How Flower, the monitor, is started, and its password: yours by setting, else made at the first start and kept."""

import os
import secrets
import sys

from config.settings import SettingsError, child_environment, settings


def flower_argv() -> tuple[str, ...]:
    """Its command."""
    address = (f"--address={settings().flower_host}", f"--port={settings().flower_port}")
    return (sys.executable, "-m", "celery", "-A", "workers.app", "flower", *address)


def flower_environment() -> dict[str, str]:
    """Its environment, which holds its user and password: arguments are seen by everyone on the machine."""
    return child_environment() | {"FLOWER_BASIC_AUTH": f"copydesk:{flower_password()}"}


def flower_password() -> str:
    """The password; the file that keeps it can be read by its owner only."""
    chosen = settings().flower_password
    if chosen is not None:
        return chosen.get_secret_value()
    file = settings().data / "flower-password"
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        kept = file.read_text().strip()
        if not kept:  # as a full disk leaves it: Flower would be open
            raise SettingsError(f"{file} is empty; remove it, and a password is made anew.") from None
        return kept
    with os.fdopen(descriptor, "w") as new:
        new.write(secrets.token_urlsafe(16))
    return file.read_text()
