"""The forms of the parts of an article; what they hold is as in the whole one."""

from pydantic import BaseModel

from api.answers import EntityOut
from api.link_answers import NeighbourOut


class TextPart(BaseModel):
    """The text of an article's `version`."""

    id: int
    version: int
    title: str
    language: str | None
    text: str


class EntitiesPart(BaseModel):
    """The most mentioned first."""

    entities: list[EntityOut]


class NeighboursPart(BaseModel):
    """Previous, next, then the related articles, best first."""

    neighbours: list[NeighbourOut]
