"""Every setting of the desk: joined from `config.groups`, read and checked. Only this module reads the environment."""

import difflib
import os
from collections.abc import Iterable
from functools import lru_cache

from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict

from config.groups.doors import Doors
from config.groups.engines import Engines
from config.groups.limits import Limits
from config.groups.net import Net
from config.groups.results import Results
from config.groups.room import Room
from config.groups.seen import Seen
from config.groups.services import Services
from config.groups.workers import Workers

PREFIX = "COPYDESK_"


class SettingsError(ValueError):
    """A setting is misspelt or its value cannot be used; the message names it and the mend."""


class Settings(Services, Doors, Engines, Workers, Results, Room, Net, Seen, Limits):
    """Read from `COPYDESK_<NAME>`; the two addresses also from their usual names, DATABASE_URL and REDIS_URL.

    An empty variable counts as unset: an empty token would open the desk to everyone.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore", populate_by_name=True
    )


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process.

    Raises SettingsError, naming the setting, when one is unknown or unusable.
    """
    refuse_unknown(os.environ)
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"{_variable(e['loc'])}: {e['msg'].removeprefix('Value error, ')}{_shown(e['loc'], e['input'])}"
            for e in error.errors()
        )
        raise SettingsError(f"{wrong}. Correct the environment variable and start again.") from None


def refuse_unknown(names: Iterable[str]) -> None:
    """A misspelt setting would be ignored silently: refuse it and name the nearest one."""
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    for name in names:
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            nearest = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0)[0]
            raise SettingsError(f"{name} is not a setting of Copydesk; did you mean {nearest}?")


def _variable(location: tuple[int | str, ...]) -> str:
    name = str(location[0])
    return name if name.isupper() else PREFIX + name.upper()


def _shown(location: tuple[int | str, ...], value: object) -> str:
    """The value, unless it is a secret one."""
    field = Settings.model_fields[str(location[0]).lower()]
    return "" if "SecretStr" in str(field.annotation) else f" (it is {value!r})"


def child_environment() -> dict[str, str]:
    """What a child process of the desk is given: our own environment, the services in use included."""
    return dict(os.environ)


def use_services(database_url: str | None, redis_url: str | None) -> None:
    """From here on, this process and its children use these services (the embedded ones, once started)."""
    for name, url in (("DATABASE_URL", database_url), ("REDIS_URL", redis_url)):
        if url is not None:
            os.environ[name] = url
    settings.cache_clear()
