"""Settings: the doors, and who may come in."""

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings


class Doors(BaseSettings):
    """API and Flower."""

    host: str = Field("127.0.0.1", description="Address of the API. Anything but loopback opens it to others.")
    port: int = Field(8000, ge=1, le=65535, description="Port of the API.")
    api_token: SecretStr | None = Field(
        None,
        min_length=8,
        description="A long random word that is good as a key of scope admin, for desks set up by file. Better give "
        "each client a key of its own: `copydesk key create`.",
    )
    require_key: bool = Field(
        False, description="Ask for a key on loopback, too: when others share this machine, or a proxy opens the API."
    )
    max_request_bytes: int = Field(64_000_000, ge=1000, description="Largest API request, all its articles together.")
    max_backlog: int = Field(
        200_000,
        ge=0,
        description="Messages waiting in a lane from which the doors say to come again later; 0: they never do. A "
        "message takes 1 kB of the queue's memory and stands for up to 8 articles.",
    )
    flower_host: str = Field("127.0.0.1", description="Address of Flower, which can stop workers: keep it loopback.")
    flower_port: int = Field(5555, ge=1, le=65535, description="Port of Flower.")
    flower_password: SecretStr | None = Field(
        None,
        min_length=8,
        description="Password of Flower's user `copydesk`, no comma in it; unset: one is generated at the first start.",
    )

    @field_validator("flower_password")
    @classmethod
    def _one_password(cls, password: SecretStr | None) -> SecretStr | None:
        if password is not None and "," in password.get_secret_value():
            raise ValueError("has a comma, at which Flower would cut it")
        return password
