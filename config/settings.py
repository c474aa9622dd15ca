"""Every setting of the desk, typed, with how to choose it. Only this module reads the environment."""

import difflib
import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.engines import DEFAULT, Engine, Labels

PREFIX = "COPYDESK_"
POSTGRES = ("postgresql+psycopg", "postgresql", "postgres")
REDIS = ("redis", "rediss", "redis+socket", "sentinel")


class SettingsError(ValueError):
    """A setting is misspelt or its value cannot be used; the message names it and the mend."""


class Settings(BaseSettings):
    """Read from `COPYDESK_<NAME>`; the two addresses also from their usual names, DATABASE_URL and REDIS_URL.

    An empty variable counts as unset: an empty token would open the desk to everyone.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore", populate_by_name=True
    )

    data: Path = Field(
        default_factory=lambda: user_data_path("copydesk"),
        description="Folder of the embedded services, logs and passwords: about 20 kB an article.",
    )
    database_url: SecretStr | None = Field(
        None, validation_alias="DATABASE_URL", description="Your PostgreSQL (with pgvector); unset: the embedded one."
    )
    redis_url: SecretStr | None = Field(
        None, validation_alias="REDIS_URL", description="Your Redis or Valkey; unset: the embedded one."
    )
    host: str = Field("127.0.0.1", description="Address of the API. Anything but loopback opens it to others.")
    port: int = Field(8000, ge=1, le=65535, description="Port of the API.")
    api_token: SecretStr | None = Field(
        None,
        min_length=8,
        description="A long random word that API clients must send; needed once the API is open to others.",
    )
    max_request_bytes: int = Field(64_000_000, ge=1000, description="Largest API request, all its articles together.")
    flower_host: str = Field("127.0.0.1", description="Address of Flower, which can stop workers: keep it loopback.")
    flower_port: int = Field(5555, ge=1, le=65535, description="Port of Flower.")
    flower_password: SecretStr | None = Field(
        None,
        min_length=8,
        description="Password of Flower's user `copydesk`, no comma in it; unset: one is generated at the first start.",
    )
    ingest_processes: int = Field(
        1, ge=1, le=256, description="Children of the ingest worker; 1 feeds about 8 cores of nlp."
    )
    nlp_processes: int = Field(
        default_factory=lambda: (
            len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        ),
        ge=1,
        le=1024,
        description="Children of the nlp worker: one per core, since each runs its engines on one thread.",
    )
    summary_engine: Engine = Field(
        DEFAULT,
        description="Who writes summaries: `default` chooses sentences; a seq2seq checkpoint of the hub or of a folder "
        "writes (docs/engines.md), and what it invents is refused.",
    )
    entity_engine: Engine = Field(
        DEFAULT, description="Who finds names: `default` (English), or a token-classification checkpoint."
    )
    entity_labels: Labels = Field(
        default_factory=dict,
        description='The type of each label of that checkpoint as JSON, {"GPE": "LOC", "DATE": ""}; "" drops it. '
        "Needed only for labels that are none of CoNLL, OntoNotes or WNUT.",
    )
    embedding_engine: Engine = Field(
        DEFAULT,
        description="Who makes vectors: `default` (English, 384 numbers), or an embedding checkpoint. Articles of one "
        "engine are never compared with those of another.",
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="Where engines of the hub run: `auto` takes a GPU when there is one."
    )
    nlp_pool: Literal["auto", "prefork", "threads"] = Field(
        "auto",
        description="How an nlp worker shares its work: `prefork` loads engines in each child; `threads` loads them "
        "once, and articles share a forward pass, which pays on a GPU only; `auto` chooses by that.",
    )
    nlp_threads: int = Field(
        16, ge=1, le=20, description="Threads of an nlp worker with `threads`; each may hold a database connection."
    )
    summary_sentences: int = Field(3, ge=1, le=20, description="Sentences of a summary; short articles get fewer.")
    min_words: int = Field(40, ge=1, description="Articles with fewer words after cleaning are skipped.")
    neighbours: int = Field(8, ge=1, le=100, description="Related articles kept of each article, the best.")
    min_score: Annotated[float, Field(ge=0, le=1)] = Field(
        0.25, description="Related articles score at least this. Lower finds more, and more that is not related."
    )
    horizon_days: int = Field(
        30, ge=1, le=3650, description="Articles further apart than this are not looked at for links and stories."
    )
    attempts: int = Field(5, ge=1, le=100, description="Tries of a stage before it is failed until someone retries it.")
    stage_seconds: int = Field(120, ge=5, description="Longest time for one stage; then it is a failed try.")
    sweep_seconds: int = Field(60, ge=1, description="How often the sweep looks for work that got lost.")
    lost_seconds: int = Field(120, ge=1, description="Queued work older than this, with nothing in the queue, is lost.")
    max_body_bytes: int = Field(16_000_000, ge=1000, description="Largest article accepted, as it arrives.")
    fetch_seconds: int = Field(20, ge=1, description="Longest time to fetch a URL, redirects included.")
    fetch_private: bool = Field(
        False, description="Allow URLs that resolve to private addresses. Only for a desk that reads an intranet."
    )

    @field_validator("database_url")
    @classmethod
    def _with_our_driver(cls, url: SecretStr | None) -> SecretStr | None:
        return url and SecretStr(f"{POSTGRES[0]}://{_after_scheme(url, POSTGRES)}")

    @field_validator("flower_password")
    @classmethod
    def _one_password(cls, password: SecretStr | None) -> SecretStr | None:
        if password is not None and "," in password.get_secret_value():
            raise ValueError("has a comma, at which Flower would cut it")
        return password

    @field_validator("redis_url")
    @classmethod
    def _known_to_celery(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            _after_scheme(url, REDIS)
        return url


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


def _after_scheme(url: SecretStr, schemes: tuple[str, ...]) -> str:
    """The rest of an address. Its messages quote nothing of it: a password may be in any part."""
    scheme, mark, rest = url.get_secret_value().partition("://")
    if not mark or scheme not in schemes:
        raise ValueError(f"it must begin with {', '.join(f'{known}://' for known in schemes)}")
    try:
        _ = urlsplit(f"//{rest}").port
    except ValueError:
        raise ValueError("it cannot be read; percent-encode special characters in its password") from None
    return rest


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
