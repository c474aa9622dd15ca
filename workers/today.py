"""What results would be made of now, by the settings, without loading an engine."""

import json
from functools import cache
from pathlib import Path

from config.engines import DEFAULT
from config.settings import Settings
from workers.lineage import INGEST, of_chosen, of_links, of_names

CHECKPOINTS = Path(__file__).parent / "checkpoints"


def lineages(chosen: Settings) -> dict[str, tuple[str, ...]]:
    """By stage, what its results say today; without stages whose engine is of the hub, which only a worker knows."""
    found: dict[str, tuple[str, ...]] = {"ingest": (INGEST,)}
    if chosen.summary_engine == DEFAULT:
        found["summary"] = (of_chosen(chosen.summary_sentences),)
    if chosen.entity_engine == DEFAULT:
        found["entities"] = (of_names(*_checkpoint("tagger")),)
    if chosen.embedding_engine == DEFAULT:
        found["neighbours"] = (of_links(*_checkpoint("embedder")),)
    return found


def engines(chosen: Settings) -> dict[str, str]:
    """By stage, what the settings say of its engine: what a worker has loaded for these words is what it makes."""
    names = f"{chosen.entity_engine} {json.dumps(chosen.entity_labels, sort_keys=True)}"
    return {
        "summary": f"{chosen.summary_engine} {chosen.summary_sentences} {names} {chosen.device}",
        "entities": f"{names} {chosen.device}",
        "neighbours": f"{chosen.embedding_engine} {chosen.device}",
    }


@cache
def _checkpoint(name: str) -> tuple[str, str]:
    """Name and weights of a checkpoint that is shipped, as its engine gives them once it has verified the files."""
    manifest = json.loads((CHECKPOINTS / name / "manifest.json").read_text(encoding="utf-8"))
    return manifest["name"], manifest["files"]["model.onnx"][:12]
