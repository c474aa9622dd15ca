"""What a file, a feed or a request holds: documents, and the items that had to be refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["text", "html", "markdown"]


@dataclass(frozen=True)
class Document:
    """One article as it arrived. What the container did not say is empty.

    An empty `body` with a `url` means: the article is known by its link and has yet to be fetched.
    `published` is aware and in UTC. `language` is a hint ("en"), never a verdict.
    """

    kind: Kind
    body: str
    url: str = ""
    title: str = ""
    author: str = ""
    published: datetime | None = None
    source: str = ""
    language: str = ""


@dataclass(frozen=True)
class Refused:
    """One item of a container that could not be read; `where` finds it ("line 3", "entry 7")."""

    where: str
    reason: str
