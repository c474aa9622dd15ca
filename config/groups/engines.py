"""Settings: the engines."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings

from config.engines import DEFAULT, Engine, Labels


class Engines(BaseSettings):
    """Who summarizes, tags and embeds, and where."""

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
