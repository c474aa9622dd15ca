"""Settings: the services that the desk leans on."""

from pathlib import Path
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from config.groups.tls import verified

POSTGRES = ("postgresql+psycopg", "postgresql", "postgres")
REDIS = ("redis", "rediss", "redis+socket", "sentinel")


class Services(BaseSettings):
    """Database, queue and data folder."""

    data: Path = Field(
        default_factory=lambda: user_data_path("copydesk"),
        description="Folder of the embedded services, logs and passwords: about 20 kB an article.",
    )
    database_url: SecretStr | None = Field(
        None,
        validation_alias="DATABASE_URL",
        description="Your PostgreSQL (with pgvector); unset: the embedded one. With TLS: docs/operations.md.",
    )
    redis_url: SecretStr | None = Field(
        None,
        validation_alias="REDIS_URL",
        description="Your Redis or Valkey; unset: the embedded one. With TLS: `rediss://`.",
    )

    @field_validator("database_url")
    @classmethod
    def _with_our_driver(cls, url: SecretStr | None) -> SecretStr | None:
        return url and SecretStr(f"{POSTGRES[0]}://{_after_scheme(url, POSTGRES)}")

    @field_validator("redis_url")
    @classmethod
    def _known_to_celery(cls, url: SecretStr | None) -> SecretStr | None:
        if url is None:
            return None
        _after_scheme(url, REDIS)
        return SecretStr(verified(url.get_secret_value()))


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
