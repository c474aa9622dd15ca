"""Flower's password: yours by setting, else made at the first start and kept in the data folder."""

import os
import secrets

from config.settings import SettingsError, settings


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
