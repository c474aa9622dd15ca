"""Settings: the reading room, and what of it other sites may show."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode

_ORIGIN = re.compile(r"https?://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?::[0-9]{1,5})?")


def _origins(value: object) -> object:
    if not isinstance(value, str):
        return value
    origins = tuple(value.split())
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(
                f"{origin} is no origin: write scheme and host in small letters and nothing behind them, such as "
                "https://news.example, several with spaces between"
            )
    return origins


Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_origins)]


class Room(BaseSettings):
    """Pages for people, and the widget."""

    widget_origins: Origins = Field(
        (),
        description="Sites whose pages may show the widget (docs/widget.md), as origins with spaces between: "
        "`https://news.example https://www.news.example`. They and anyone who asks directly then get what the widget "
        "shows of any article without a key; unset: nobody does.",
    )
    flower_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s]+$",
        description="Where readers of the desk page reach Flower, if not at COPYDESK_FLOWER_HOST and _PORT: behind a "
        "proxy, say.",
    )
